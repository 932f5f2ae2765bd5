"""The site's addresses and the stock page's."""

from django.urls import path

from benchmarks.stock.views import stock_list, stock_page
from cms.urls import urlpatterns as site

urlpatterns = [
    path("bench-stock/list/", stock_list),
    path("bench-stock/<slug:slug>/", stock_page),
    *site,
]
