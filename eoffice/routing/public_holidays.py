"""Public holidays of the Thai civil service with which the calendar starts.

Days fixed by the sun and by cabinet resolution, the Buddhist days by the lunar calendar, the days
in lieu by the rule of the cabinet (the next working day). Sources: the list ``TH`` of the library
python-holidays 0.108 (public and government, MIT licence), but not วันแรงงาน and วันเด็ก, on
which offices work; 2 January 2569 by the cabinet secretariat's letter as reported by mgronline.com,
6 November 2568; วันพืชมงคล 2569 and the Buddhist days of 2569 compared with the package
thai_holidays 0.1.0. วันพืชมงคล of 2570 and later special days are announced year by year and added by
the district.
"""

from __future__ import annotations

from datetime import date

YEARLY = {
    (1, 1): "วันขึ้นปีใหม่",
    (4, 6): "วันจักรี",
    (4, 13): "วันสงกรานต์",
    (4, 14): "วันสงกรานต์",
    (4, 15): "วันสงกรานต์",
    (5, 4): "วันฉัตรมงคล",
    (6, 3): "วันเฉลิมพระชนมพรรษาสมเด็จพระนางเจ้าฯ พระบรมราชินี",
    (7, 28): "วันเฉลิมพระชนมพรรษาพระบาทสมเด็จพระเจ้าอยู่หัว",
    (8, 12): "วันแม่แห่งชาติ",
    (10, 13): "วันนวมินทรมหาราช",
    (10, 23): "วันปิยมหาราช",
    (12, 5): "วันพ่อแห่งชาติ",
    (12, 10): "วันรัฐธรรมนูญ",
    (12, 31): "วันสิ้นปี",
}
ANNOUNCED = {
    date(2026, 1, 2): "วันหยุดราชการเพิ่มเป็นกรณีพิเศษ",
    date(2026, 3, 3): "วันมาฆบูชา",
    date(2026, 5, 13): "วันพืชมงคล",
    date(2026, 5, 31): "วันวิสาขบูชา",
    date(2026, 6, 1): "ชดเชยวันวิสาขบูชา",
    date(2026, 7, 29): "วันอาสาฬหบูชา",
    date(2026, 7, 30): "วันเข้าพรรษา",
    date(2026, 12, 7): "ชดเชยวันพ่อแห่งชาติ",
    date(2027, 2, 21): "วันมาฆบูชา",
    date(2027, 2, 22): "ชดเชยวันมาฆบูชา",
    date(2027, 5, 20): "วันวิสาขบูชา",
    date(2027, 7, 18): "วันอาสาฬหบูชา",
    date(2027, 7, 19): "วันเข้าพรรษา",
    date(2027, 7, 20): "ชดเชยวันอาสาฬหบูชา",
    date(2027, 10, 25): "ชดเชยวันปิยมหาราช",
    date(2027, 12, 6): "ชดเชยวันพ่อแห่งชาติ",
}


def usual_holidays(year: int) -> dict[date, str]:
    """The holidays of a Gregorian year with which the calendar starts."""
    fixed = {date(year, month, day): name for (month, day), name in YEARLY.items()}
    return fixed | {day: name for day, name in ANNOUNCED.items() if day.year == year}
