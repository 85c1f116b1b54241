"""The addresses of the pages about partners."""

from __future__ import annotations

from plugin.merchant.pages import Draw
from plugin.merchant.partners.form import edit_partner, new_partner
from plugin.merchant.partners.partners import partner, partners
from plugin.merchant.partners.purchases import purchases, report_files

PARTNER_PAGES: dict[str, Draw] = {
    "/partners": partners,
    "/partners/new": new_partner,
    "/partners/{partner:int}": partner,
    "/partners/{partner:int}/edit": edit_partner,
    "/partners/{partner:int}/purchases": purchases,
    "/partners/{partner:int}/report-files": report_files,
}
