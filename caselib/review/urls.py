"""URLs of the review app."""

from django.urls import URLPattern, URLResolver, path

from .views import chain, library, manuscripts, packs, queue, reading

app_name = "review"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", queue.desk, name="desk"),
    path("queue/", queue.queue_list, name="queue"),
    path("read/<int:pk>/", reading.read, name="read"),
    path("read/<int:pk>/assign/", queue.assign_stage, name="assign"),
    path("read/<int:pk>/findings/<int:finding>/", reading.dispose_finding, name="finding"),
    path("read/<int:pk>/comments/", reading.comment, name="comment"),
    path("read/<int:pk>/changes/<int:revision>/", reading.compare, name="compare"),
    path("read/<int:pk>/similar/<int:similarity>/", reading.similar, name="similar"),
    path("read/<int:pk>/preview/", reading.preview, name="preview"),
    path("comments/<int:pk>/resolve/", reading.resolve, name="resolve"),
    path("mine/", manuscripts.manuscripts, name="manuscripts"),
    path("manuscripts/<int:pk>/", manuscripts.manuscript, name="manuscript"),
    path("manuscripts/<int:pk>/submit/", manuscripts.submit, name="submit"),
    path("manuscripts/<int:pk>/take-back/", manuscripts.take_back, name="take_back"),
    path("manuscripts/<int:pk>/withdraw/", library.withdraw_page, name="withdraw"),
    path("manuscripts/<int:pk>/restore/", library.restore_page, name="restore"),
    path("manuscripts/<int:pk>/circulation/", library.circulation, name="circulation"),
    path("manuscripts/<int:pk>/review-file.docx", library.dossier, name="dossier"),
    path("due/", library.due, name="due"),
    path("rules/", packs.packs, name="packs"),
    path("rules/<slug:code>.csv", packs.pack_csv, name="pack_csv"),
    path("rules/built-in/", packs.builtin, name="builtin"),
    path("rules/rescan/", packs.rescan, name="rescan"),
    path("rules/report/", packs.rescan_report, name="rescan_report"),
    path("checklists/<int:pk>/", packs.checklist, name="checklist"),
    path("chain/", chain.chain, name="chain"),
    path("chain.csv", chain.chain_csv, name="chain_csv"),
]
