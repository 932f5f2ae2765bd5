"""A tagged page with a stream of text, as in Wagtail's tutorial."""

from typing import ClassVar

from django.db import models
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page


class StockTag(TaggedItemBase):
    """The tutorial's through model."""

    content_object = ParentalKey("StockPage", related_name="tagged_items", on_delete=models.CASCADE)


class StockPage(Page):
    """The tutorial's blog page."""

    abstract = models.TextField(blank=True)
    body = StreamField([("heading", blocks.CharBlock()), ("paragraph", blocks.RichTextBlock())])
    tags = ClusterTaggableManager(through=StockTag, blank=True)
    template = "benchmarks_stock/stock_page.html"
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page", "cms.HomePage"]
