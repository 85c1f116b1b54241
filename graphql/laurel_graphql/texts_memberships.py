"""What people read about plans and memberships, in every language."""

from __future__ import annotations

ENGLISH = {
    "interval.day.one": "day",
    "interval.day.other": "{count} days",
    "interval.week.one": "week",
    "interval.week.other": "{count} weeks",
    "interval.month.one": "month",
    "interval.month.other": "{count} months",
    "interval.year.one": "year",
    "interval.year.other": "{count} years",
    "membership.trialing": "Your trial ends on {day}.",
    "membership.active": "Your membership lasts until {day}.",
    "membership.active.open": "Your membership lasts until you end it.",
    "membership.renews": "Your membership renews on {day}.",
    "membership.past_due": "The last payment failed. Your benefits stay until {day}.",
    "membership.past_due.open": "The last payment failed.",
    "membership.paused": "Your membership is paused.",
    "membership.paused.until": "Your membership is paused until {day}.",
    "membership.cancel_scheduled": "Your membership ends on {day}.",
    "membership.ended": "Your membership ended on {day}.",
}
SIMPLIFIED_CHINESE = {
    "interval.day.one": "天",
    "interval.day.other": "{count} 天",
    "interval.week.one": "周",
    "interval.week.other": "{count} 周",
    "interval.month.one": "月",
    "interval.month.other": "{count} 个月",
    "interval.year.one": "年",
    "interval.year.other": "{count} 年",
    "membership.trialing": "您的试用将于{day}结束。",
    "membership.active": "您的会员资格有效至{day}。",
    "membership.active.open": "您的会员资格持续有效，直至您取消。",
    "membership.renews": "您的会员资格将于{day}续订。",
    "membership.past_due": "上次付款失败。您的权益保留至{day}。",
    "membership.past_due.open": "上次付款失败。",
    "membership.paused": "您的会员资格已暂停。",
    "membership.paused.until": "您的会员资格已暂停至{day}。",
    "membership.cancel_scheduled": "您的会员资格将于{day}结束。",
    "membership.ended": "您的会员资格已于{day}结束。",
}
