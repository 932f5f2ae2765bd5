"""URLs of the anthologies app."""

from django.urls import path

from .views import editing, reading, styles

app_name = "anthologies"
urlpatterns = [
    path("", reading.index, name="index"),
    path("new/", editing.new_anthology, name="new"),
    path("styles/", styles.styles, name="styles"),
    path("styles/<slug:key>/", styles.style, name="style"),
    path("styles/<slug:key>/export/", styles.export_style, name="style_export"),
    path("<int:pk>/change/", editing.change_anthology, name="change"),
    path("<int:pk>/new-edition/", editing.new_edition, name="new_edition"),
    path("editions/<int:pk>/", reading.edition, name="edition"),
    path("editions/<int:pk>/edit/", editing.edit, name="edit"),
    path("editions/<int:pk>/check/", editing.preflight, name="preflight"),
    path("editions/<int:pk>/do/<slug:act>/", editing.act, name="act"),
    path("editions/<int:pk>/items/<int:item>/docx/", reading.case, name="case"),
    path("editions/<int:pk>/items/<int:item>/compare/", editing.compare, name="compare"),
    path("editions/<int:pk>/items/<int:item>/do/<slug:act>/", editing.item_act, name="item_act"),
    path("results/<int:pk>/", reading.result, name="result"),
    path("results/<int:pk>/cancel/", reading.cancel, name="cancel"),
    path("results/<int:pk>/pages/<int:number>.png", reading.page_image, name="page_image"),
    path("results/<int:pk>/files/<slug:form>/", reading.file, name="file"),
]
