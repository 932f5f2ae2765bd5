"""What an exported file carries, so that it is known when it comes back."""

from __future__ import annotations

# Names of the custom properties that travel in an exported file.
RESOURCE = "caselib.resource"
REVISION = "caselib.revision"
# The table of metadata behind the text of an exported file; it is never read back.
METADATA_CAPTION = "资源信息（由案例库导出，重新上传时不读入）"
