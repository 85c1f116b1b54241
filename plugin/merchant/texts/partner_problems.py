"""What is wrong with an entry in a form of a partner, beside its field."""

from __future__ import annotations

ENGLISH = {
    "problem.one_line": "Write it on one line.",
    "problem.cap_twice": "Two caps are for the same points and period: keep one of them.",
    "problem.prepaid_currency": "What this partner paid beforehand is in another currency: add a partner anew for this "
    "one.",
    "problem.amount": "Enter an amount other than 0, with no more decimals than the currency has.",
    "problem.label": "Use 1 to {0} characters on one line.",
    "problem.years": "Choose a day of this century.",
    "problem.currency": "Use a currency's code of three letters, such as USD.",
}

CHINESE = {
    "problem.one_line": "请写在一行内。",
    "problem.cap_twice": "有两个上限针对同样的积分和期间，请只保留一个。",
    "problem.prepaid_currency": "该合作品牌的预付款是另一种货币：请为此货币新建合作品牌。",
    "problem.amount": "请输入不为 0 的金额，小数位数不超过该货币。",
    "problem.label": "请用 1 至 {0} 个字符，不换行。",
    "problem.years": "请选择本世纪的日期。",
    "problem.currency": "请使用三个字母的货币代码，例如 USD。",
}
