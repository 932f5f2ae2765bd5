"""URLs of the catalogue app."""

from django.urls import URLPattern, URLResolver, path, register_converter

from .views import (
    browse,
    demand,
    dispatching,
    home,
    kiosk,
    list_editing,
    lists,
    orders,
    places,
    posts,
    printing,
    rating,
    rooms,
    site,
)


class NumberConverter:
    """A row number that every database can hold; longer ones are nobody's."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(NumberConverter, "number")
app_name = "catalogue"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("desk/", home.desk, name="desk"),
    path("language/<slug:code>/", site.choose_language, name="language"),
    path("about/", site.about, name="about"),
    path("browse/", browse.browse, name="browse"),
    path("item/<number:pk>/", home.resource, name="resource"),
    path("item/<number:pk>/qr.svg", home.resource_qr, name="resource_qr"),
    path("lists/", lists.lists, name="lists"),
    path("lists/new/", list_editing.new_list, name="list_new"),
    path("lists/<slug:code>/", lists.list_detail, name="list"),
    path("lists/<slug:code>/word/", printing.list_word, name="list_word"),
    path("lists/<slug:code>/edit/", list_editing.edit_list, name="list_edit"),
    path("lists/<slug:code>/act/<slug:act>/", list_editing.list_act, name="list_act"),
    path("lists/<slug:code>/items/<number:pk>/<slug:act>/", list_editing.item_act, name="item_act"),
    path("l/<slug:code>/", lists.short, name="short"),
    path("printed/", printing.library_word, name="library_word"),
    path("printed/<uuid:job>/", printing.printed_file, name="printed_file"),
    path("positions/", posts.positions, name="positions"),
    path("positions/<str:code>/", posts.position, name="position"),
    path("for-post/", posts.for_post, name="for_post"),
    path("roster/", posts.roster, name="roster"),
    path("teachers/", places.teachers, name="teachers"),
    path("points/", places.points, name="points"),
    path("points/<number:pk>/evaluate/", places.evaluate, name="evaluate"),
    path("points/<number:pk>/prefer/", places.prefer, name="prefer"),
    path("evaluations/<number:pk>/rectify/", places.rectify, name="rectify"),
    path("basket/", orders.basket, name="basket"),
    path("basket/<number:pk>/add/", orders.add, name="basket_add"),
    path("basket/<number:pk>/remove/", orders.remove, name="basket_remove"),
    path("orders/", orders.orders, name="orders"),
    path("orders/new/", orders.new_order, name="order_new"),
    path("orders/<number:pk>/", orders.order, name="order"),
    path("orders/<number:pk>/<slug:act>/", orders.order_act, name="order_act"),
    path("orders/<number:pk>/lines/<number:line>/dispatch/", dispatching.dispatch, name="dispatch"),
    path("rooms/", rooms.rooms, name="rooms"),
    path("rooms/new/", rooms.room, name="room_new"),
    path("rooms/<number:pk>/", rooms.room, name="room"),
    path("sessions/", dispatching.board, name="sessions"),
    path("sessions/calendar/renew/", dispatching.renew_calendar, name="calendar_renew"),
    path("sessions/<number:pk>/", dispatching.session_results, name="session"),
    path("sessions/<number:pk>/slips/", rating.slips, name="slips"),
    path("sessions/<number:pk>/deliver/", dispatching.deliver, name="deliver"),
    path("sessions/<number:pk>/cancel/", dispatching.cancel_session, name="session_cancel"),
    path("calendar/<str:token>.ics", dispatching.calendar, name="calendar"),
    path("rate/<str:token>/", rating.rate, name="rate"),
    path("pj/", rating.slip_code, name="slip_code"),
    path("pj/<str:code>/", rating.rate_by_slip, name="rate_slip"),
    path("demand/", demand.board, name="demand"),
    path("demand/ask/", demand.ask, name="ask"),
    path("demand/<number:pk>/meet/", demand.meet, name="meet"),
    path("demand/<number:pk>/<slug:verb>/", demand.act, name="demand_act"),
    path("kiosk/", kiosk.start, name="kiosk"),
    path("kiosk/wall/", kiosk.wall, name="kiosk_wall"),
    path("kiosk/find/", kiosk.find, name="kiosk_find"),
    path("kiosk/complete/", kiosk.complete, name="kiosk_complete"),
    path("kiosk/<number:pk>/", kiosk.item, name="kiosk_item"),
]
