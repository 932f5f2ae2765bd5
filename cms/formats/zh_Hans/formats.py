"""Chinese formats; what is not named here comes from Django."""

# Django writes 01月5日.
MONTH_DAY_FORMAT = "n月j日"
