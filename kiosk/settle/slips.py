"""What the receipt says: amounts and the case, in the resident's language. Nothing of a person.

No wire, no clock.
"""

import datetime
from collections.abc import Mapping

from drivers.receipt.contract import Slip, SlipLine
from kiosk.settle.model import Settled

JST = datetime.timezone(datetime.timedelta(hours=9))

_WORDS: Mapping[str, tuple[str, ...]] = {
    # title, date, copies, fee each, fee, paid in, returned, owed, case, what to do with it
    "ja": ("領収書", "日時", "部数", "1部の手数料", "手数料", "投入金額", "お釣り・返金",
           "未返金", "受付番号", "この番号を係員にお伝えください。"),
    "en": ("Receipt", "Date", "Copies", "Fee per copy", "Fee", "Paid in", "Returned",
           "Still owed to you", "Case number", "Please give this number to the staff."),
    "ko": ("영수증", "일시", "부수", "1부 수수료", "수수료", "투입 금액", "반환 금액",
           "미반환 금액", "접수 번호", "이 번호를 직원에게 알려 주십시오."),
    "zh-Hans": ("收据", "日期", "份数", "每份手续费", "手续费", "投入金额", "退还金额",
                "未退金额", "受理编号", "请将此编号告知工作人员。"),
    "zh-Hant": ("收據", "日期", "份數", "每份手續費", "手續費", "投入金額", "退還金額",
                "未退金額", "受理編號", "請將此編號告知工作人員。"),
    "es": ("Recibo", "Fecha", "Copias", "Tasa por copia", "Tasa", "Importe introducido",
           "Devuelto", "Pendiente de devolver", "Número de caso",
           "Indique este número al personal."),
    "pt": ("Recibo", "Data", "Cópias", "Taxa por cópia", "Taxa", "Valor inserido", "Devolvido",
           "Por devolver", "Número do caso", "Informe este número ao funcionário."),
}  # fmt: skip


def receipt_slip(
    settled: Settled, place: str, names: tuple[str, ...], language: str, at: datetime.datetime
) -> Slip:
    """The slip of a settled transaction; `at` timezone-aware, shown in Japan time.

    `names` are the certificate's, a line each. An unknown language is printed in Japanese.
    """
    words = _WORDS.get(language, _WORDS["ja"])
    title, date, copies, fee_each, fee, paid, returned, owed, case, advice = words
    ledger, bill = settled.ledger, settled.bill
    rule = SlipLine("", rule=True)
    lines = [
        SlipLine(place),
        SlipLine(date, at.astimezone(JST).strftime("%Y-%m-%d %H:%M")),
        rule,
        *(SlipLine(name) for name in names),
        SlipLine(copies, str(settled.delivered)),
        SlipLine(fee_each, _yen(bill.fee_each)),
        SlipLine(fee, _yen(ledger.kept), large=True),
        rule,
        SlipLine(paid, _yen(ledger.inserted)),
        SlipLine(returned, _yen(ledger.returned)),
    ]
    if ledger.owed:
        lines.append(SlipLine(owed, _yen(ledger.owed)))
    if settled.case:
        lines += [rule, SlipLine(case, settled.case, large=True), SlipLine(advice)]
    return Slip(title, tuple(lines), language if language in _WORDS else "ja")


def _yen(amount: int) -> str:
    return f"¥{amount:,}"
