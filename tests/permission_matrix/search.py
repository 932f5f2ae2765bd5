"""Expectations of the search URLs."""

from tests.permission_matrix import ANONYMOUS, ANY, Row

ROWS = {"search:suggest": Row(get={ANY: 200, ANONYMOUS: 200})}
