"""What is wrong with an entry in a form of a partner, beside its field."""

from __future__ import annotations

ENGLISH = {
    "problem.one_line": "Write it on one line.",
    "problem.cap_twice": "Two caps are for the same points and period: keep one of them.",
    "problem.prepaid_currency": "What this partner paid beforehand is in another currency: add a partner anew for this "
    "one.",
    "problem.many_keys": "A partner has at most {0} good keys. Revoke one first.",
    "problem.currency": "Use a currency's code of three letters, such as USD.",
}

CHINESE = {
    "problem.one_line": "请写在一行内。",
    "problem.cap_twice": "有两个上限针对同样的积分和期间，请只保留一个。",
    "problem.prepaid_currency": "该合作品牌的预付款是另一种货币：请为此货币新建合作品牌。",
    "problem.many_keys": "最多 {0} 个有效密钥，请先吊销一个。",
    "problem.currency": "请使用三个字母的货币代码，例如 USD。",
}
