"""What the staff read when something is refused, in every language."""

from __future__ import annotations

ENGLISH = {
    "merge.member_not_found": "There is no such member.",
    "merge.same_member": "Both are the same member.",
    "merge.merge_not_found": "There is no such merge, or it was undone before.",
    "merge.merged_on": "The member who stayed was merged into another one since. Undo that first.",
    "bulk.not_found": "There is no such operation.",
    "bulk.canceled": "It was canceled. Hand the file in again.",
    "refused.not_fulfillable": "It does not wait for you (any more).",
    "refused.note_too_long": "A note has at most {maximum} characters.",
}
SIMPLIFIED_CHINESE = {
    "merge.member_not_found": "没有这位会员。",
    "merge.same_member": "两者是同一位会员。",
    "merge.merge_not_found": "没有这次合并，或已撤销。",
    "merge.merged_on": "保留的会员后来又被合并，请先撤销那次合并。",
    "bulk.not_found": "没有这项操作。",
    "bulk.canceled": "该操作已取消，请重新提交文件。",
    "refused.not_fulfillable": "该兑换不再等待处理。",
    "refused.note_too_long": "备注最多 {maximum} 个字符。",
}
