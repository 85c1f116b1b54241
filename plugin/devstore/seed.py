"""The demo shop as it is before the first purchase: its facts, its products and its customers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Shop:
    """The facts of the one shop that this stand-in has."""

    id: int = 68_817_092_673
    name: str = "Harbor & Pine"
    domain: str = "laurel-demo.myshopify.com"
    email: str = "hello@harborandpine.example"
    currency: str = "USD"
    time_zone: str = "America/New_York"
    owner: str = "Mara Lindqvist"
    owner_id: int = 90_314_801_217
    """The staff user whom ID tokens name."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its only variant; `price` is a decimal string in the shop's currency."""

    id: int
    variant_id: int
    handle: str
    title: str
    description: str
    price: str
    collection: str
    sku: str
    grams: int = 0
    gift_card: bool = False
    requires_shipping: bool = True
    tags: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal:
        """The price as an exact number."""
        return Decimal(self.price)


@dataclass(frozen=True, slots=True)
class SeedCustomer:
    """A shopper who has an account before the demo starts."""

    id: int
    first_name: str
    last_name: str
    email: str
    locale: str
    city: str
    country: str
    country_code: str

    @property
    def name(self) -> str:
        """The name as the storefront shows it."""
        return f"{self.last_name}{self.first_name}" if self.locale == "zh-CN" else f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class SeedDiscount:
    """A discount code that the merchant made: `percentage` (0 to 1) or `amount` off the whole order."""

    id: int
    code: str
    title: str
    percentage: str | None = None
    amount: str | None = None


SHOP = Shop()
VENDOR = SHOP.name

COLLECTIONS = {
    "coffee": "Coffee",
    "table": "At the table",
    "home": "Around the house",
    "gifts": "Gifts & membership",
}

COLLECTION_IDS = {handle: 410_118_504_705 + 32_768 * place for place, handle in enumerate(COLLECTIONS)}

PRODUCTS = (
    Product(
        8_214_009_872_641,
        44_917_208_334_593,
        "harbor-blend",
        "Harbor Blend, 340 g",
        "Our everyday roast: cocoa, toasted almond and a clean finish. Roasted on Mondays, at your door by Thursday.",
        "18.50",
        "coffee",
        "HP-COF-001",
        grams=340,
        tags=("coffee", "roasted-to-order"),
    ),
    Product(
        8_214_009_905_409,
        44_917_208_367_361,
        "night-watch-decaf",
        "Night Watch Decaf, 340 g",
        "Sugar-cane decaf for the second pot. Brown sugar, orange peel, and no reason to lie awake.",
        "19.00",
        "coffee",
        "HP-COF-002",
        grams=340,
        tags=("coffee", "decaf"),
    ),
    Product(
        8_214_009_938_177,
        44_917_208_400_129,
        "stoneware-mug",
        "Stoneware Mug",
        "Thrown by hand and glazed in sea-fog gray. Holds 350 ml and stays warm while you read one more page.",
        "24.00",
        "table",
        "HP-TAB-001",
        grams=420,
    ),
    Product(
        8_214_009_970_945,
        44_917_208_432_897,
        "pour-over-set",
        "Pour-Over Set",
        "A glass carafe, an oak collar and a steel filter that you never throw away. Four cups, three minutes.",
        "64.00",
        "coffee",
        "HP-COF-003",
        grams=980,
    ),
    Product(
        8_214_010_003_713,
        44_917_208_465_665,
        "linen-napkins",
        "Linen Napkins, set of 4",
        "Washed European linen in oat. They get softer with every dinner and hide every spill.",
        "36.75",
        "table",
        "HP-TAB-002",
        grams=260,
    ),
    Product(
        8_214_010_036_481,
        44_917_208_498_433,
        "oak-serving-board",
        "Oak Serving Board",
        "One plank of white oak, oiled by hand. Bread at noon, cheese at nine, and a good wall in between.",
        "58.00",
        "table",
        "HP-TAB-003",
        grams=1400,
    ),
    Product(
        8_214_010_069_249,
        44_917_208_531_201,
        "wool-throw",
        "Wool Throw",
        "Undyed highland wool in a herringbone that has kept people warm for two hundred years. 130 × 180 cm.",
        "129.00",
        "home",
        "HP-HOM-001",
        grams=1100,
        tags=("wool", "slow-made"),
    ),
    Product(
        8_214_010_102_017,
        44_917_208_563_969,
        "beeswax-candle",
        "Beeswax Candle",
        "Pure beeswax with a cotton wick. Forty quiet hours of honey-colored light.",
        "22.40",
        "home",
        "HP-HOM-002",
        grams=310,
        tags=("beeswax", "slow-made"),
    ),
    Product(
        8_214_010_134_785,
        44_917_208_596_737,
        "gift-card",
        "Gift Card",
        "For the friend who has everything except a good reason to slow down. Sent by e-mail, never expires.",
        "50.00",
        "gifts",
        "HP-GFT-001",
        gift_card=True,
        requires_shipping=False,
    ),
    Product(
        8_214_010_167_553,
        44_917_208_629_505,
        "laurel-plus",
        "Laurel Plus membership",
        "Thirty days of member prices, early harvests and double the welcome at the counter.",
        "9.00",
        "gifts",
        "HP-PLS-001",
        requires_shipping=False,
        tags=("membership",),
    ),
    Product(
        8_214_010_200_321,
        44_917_208_662_273,
        "first-harvest",
        "First Harvest, 250 g",
        "The first sacks of the season, roasted light: jasmine, white peach. Members may have it first.",
        "26.00",
        "coffee",
        "HP-COF-003",
        grams=250,
        tags=("coffee", "early-access"),
    ),
)


@dataclass(frozen=True, slots=True)
class SellingPlan:
    """A second way to buy a product: a subscription that the app bills each `interval` for the product's price."""

    id: int
    group_id: int
    product_id: int
    name: str
    interval: str
    interval_count: int


SELLING_PLAN = SellingPlan(710_118_504_705, 310_118_504_705, 8_214_010_167_553, "Monthly membership", "month", 1)

CUSTOMERS = (
    SeedCustomer(7_901_442_310_401, "Ada", "Okafor", "ada.okafor@example.com", "en", "Brooklyn", "United States", "US"),
    SeedCustomer(7_901_442_343_169, "Jonas", "Lindgren", "jonas.lindgren@example.com", "en", "Oslo", "Norway", "NO"),
    SeedCustomer(7_901_442_375_937, "雨桐", "陈", "chen.yutong@example.com", "zh-CN", "上海", "China", "CN"),
    SeedCustomer(7_901_442_408_705, "Priya", "Raman", "priya.raman@example.com", "en", "Austin", "United States", "US"),
    SeedCustomer(7_901_442_441_473, "Tomás", "Ferreira", "tomas.ferreira@example.com", "en", "Porto", "Portugal", "PT"),
)

DISCOUNTS = (
    SeedDiscount(1_402_118_504_705, "WELCOME10", "Welcome, 10 % off", percentage="0.1"),
    SeedDiscount(1_402_118_537_473, "TENOFF", "10.00 off your order", amount="10.00"),
)

SHIPPING_TITLE = "Standard"
SHIPPING_PRICE = Decimal("6.00")
FREE_SHIPPING_FROM = Decimal("75.00")

# What one unit of the shop's currency buys; fixed, so that every run of the demo gives the same amounts.
EXCHANGE_RATES = {
    "USD": Decimal(1), "EUR": Decimal("0.92"), "GBP": Decimal("0.79"), "AUD": Decimal("1.52"), "CAD": Decimal("1.37"),
    "HKD": Decimal("7.8"), "CNY": Decimal("7.25"), "PLN": Decimal("3.95"), "JPY": Decimal("151.5"),
    "KWD": Decimal("0.307"),
}  # fmt: skip


def selling_plan_of(product: Product) -> SellingPlan | None:
    """The subscription that a product can be bought with, or None."""
    return SELLING_PLAN if product.id == SELLING_PLAN.product_id else None


def product_by_handle(handle: str) -> Product | None:
    """The product with that handle, or None."""
    return next((product for product in PRODUCTS if product.handle == handle), None)


def product_by_variant(variant_id: int) -> Product | None:
    """The product that has that variant, or None."""
    return next((product for product in PRODUCTS if product.variant_id == variant_id), None)


def product_by_id(product_id: int) -> Product | None:
    """The product with that id, or None."""
    return next((product for product in PRODUCTS if product.id == product_id), None)
