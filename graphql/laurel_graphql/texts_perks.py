"""What people read about perks, in every language: what each does, and how often."""

from __future__ import annotations

ENGLISH = {
    "perk.earn_multiplier": "{factor}× points",
    "perk.earn_multiplier.more": "On everything that you buy.",
    "perk.customer_tag": "Tag {tag}",
    "perk.customer_tag.more": "Set on the customer in the shop.",
    "perk.percent_code": "{percentage} off",
    "perk.free_shipping_code": "Free delivery",
    "perk.free_shipping_code.maximum": "Free delivery up to {money}",
    "perk.code.once": "One code, good for {days}.",
    "perk.code.term": "A code for each term, good for {days}.",
    "perk.code.month": "A code each month, good for {days}.",
    "perk.early_access.more": "Open to members from {from_day}, to everybody from {day}.",
    "perk.birthday_points": "{points} on your birthday",
    "perk.birthday_points.more": "Once a year.",
    "perk.content.more": "For members only.",
}
SIMPLIFIED_CHINESE = {
    "perk.earn_multiplier": "{factor} 倍积分",
    "perk.earn_multiplier.more": "适用于您的所有购买。",
    "perk.customer_tag": "标签 {tag}",
    "perk.customer_tag.more": "添加到店铺中的顾客资料。",
    "perk.percent_code": "优惠 {percentage}",
    "perk.free_shipping_code": "免运费",
    "perk.free_shipping_code.maximum": "免运费（最高 {money}）",
    "perk.code.once": "一个优惠码，有效期 {days}。",
    "perk.code.term": "每个有效期一个优惠码，可用 {days}。",
    "perk.code.month": "每月一个优惠码，有效期 {days}。",
    "perk.early_access.more": "{from_day}起对会员开放，{day}起对所有人开放。",
    "perk.birthday_points": "生日当天可得 {points}",
    "perk.birthday_points.more": "每年一次。",
    "perk.content.more": "仅限会员。",
}
