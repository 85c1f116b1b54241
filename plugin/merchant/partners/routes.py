"""The addresses of the pages about partners."""

from __future__ import annotations

from plugin.merchant.pages import Draw
from plugin.merchant.partners.exchanges import exchanges
from plugin.merchant.partners.form import edit_partner, new_partner
from plugin.merchant.partners.hosts import host, hosts
from plugin.merchant.partners.offer_form import edit_offer, new_offer
from plugin.merchant.partners.offers import offers
from plugin.merchant.partners.partners import partner, partners
from plugin.merchant.partners.payments import payments
from plugin.merchant.partners.pools import pool_list, pools
from plugin.merchant.partners.purchases import purchases, report_files
from plugin.merchant.partners.statements import statement, statements

PARTNER_PAGES: dict[str, Draw] = {
    "/partners": partners,
    "/partners/new": new_partner,
    "/partners/hosts": hosts,
    "/partners/hosts/{host:int}": host,
    "/partners/{partner:int}": partner,
    "/partners/{partner:int}/edit": edit_partner,
    "/partners/{partner:int}/offers": offers,
    "/partners/{partner:int}/offers/new": new_offer,
    "/partners/{partner:int}/offers/{offer:int}": edit_offer,
    "/partners/{partner:int}/codes": pools,
    "/partners/{partner:int}/pool-list": pool_list,
    "/partners/{partner:int}/purchases": purchases,
    "/partners/{partner:int}/report-files": report_files,
    "/partners/{partner:int}/exchanges": exchanges,
    "/partners/{partner:int}/statements": statements,
    "/partners/{partner:int}/statements/{statement:int}": statement,
    "/partners/{partner:int}/payments": payments,
}
