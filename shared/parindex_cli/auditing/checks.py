"""The numbered checks of an audit. A number never changes its meaning; docs/formats/audit.md prints this table."""

from collections.abc import Mapping
from dataclasses import dataclass

from parindex.eventstore.verifying import CHECKS as LOG


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What a check compares, in both languages."""

    vi: str
    en: str


CHECKS: Mapping[str, AuditCheck] = {
    "L01": AuditCheck("vị trí liên tục từ 1", LOG["L01"]),
    "L02": AuditCheck("đọc được, đúng quy cách, kiểu đã biết", LOG["L02"]),
    "L03": AuditCheck("mã băm của bản ghi trước", LOG["L03"]),
    "L04": AuditCheck("vị trí và giờ trong bản ghi bằng của dòng", LOG["L04"]),
    "L05": AuditCheck("giờ ghi không lùi", LOG["L05"]),
    "L06": AuditCheck("bản ghi thuộc sổ này", LOG["L06"]),
    "L07": AuditCheck("kiểu 1 đứng trước, được niêm", LOG["L07"]),
    "L08": AuditCheck("cột của cơ sở dữ liệu bằng bản ghi", LOG["L08"]),
    "L09": AuditCheck("phiên bản của luồng liên tục", LOG["L09"]),
    "L10": AuditCheck("đầu mỗi luồng bằng số bản ghi của nó", LOG["L10"]),
    "L11": AuditCheck("đầu sổ đúng là bản ghi cuối", LOG["L11"]),
    "L12": AuditCheck("biên nhận chỉ vào bản ghi có thật", LOG["L12"]),
    "L13": AuditCheck("nguyên nhân có thật và có trước", LOG["L13"]),
    "L14": AuditCheck("số ngẫu nhiên không lặp", LOG["L14"]),
    "L15": AuditCheck("không ghi trước khi xảy ra", LOG["L15"]),
    "L16": AuditCheck("văn bản khớp mã cam kết hoặc đã xóa có ghi", LOG["L16"]),
    "L17": AuditCheck("mỗi mã cam kết có văn bản", LOG["L17"]),
    "A1": AuditCheck("bản tự chấm bằng các lần khai", "a submitted self-score equals its claims"),
    "A2": AuditCheck("kết quả thẩm định bằng khai và kết luận", "a completed appraisal equals its claims and findings"),
    "A3": AuditCheck(
        "khai, duyệt, nộp, thẩm định đúng bước", "claims, approvals, submissions and findings come at their stage"
    ),
    "A4": AuditCheck("đóng và mở đợt đúng thứ tự", "closings and reopenings are in order and complete"),
    "A5": AuditCheck(
        "khai, giải trình, kết luận, phân công nêu tiêu chí của bộ chỉ số",
        "claims, explanations, findings and assignments name a criterion of the unit's set",
    ),
    "S1": AuditCheck("kết quả khảo sát bằng số lượt bấm", "a tally equals the presses before it"),
    "S2": AuditCheck("mỗi lượt bấm được xét đúng đợt", "every press was decided for the round that its log says"),
    "C1": AuditCheck("chỉ số bằng tổng các dòng", "an index equals the sum of its lines"),
    "C2": AuditCheck("mã băm lần chốt khớp chỉ số", "the digest of a settling fits the indices before it"),
    "C3": AuditCheck("các lần chốt liên tục", "settlings are dense"),
    "C4": AuditCheck(
        "điểm theo đơn vị cao nhất khớp các giá trị của khối",
        "points by the greatest value of a block follow from the values of its units",
    ),
    "C5": AuditCheck(
        "dòng điểm tính lại được từ số liệu đã nhận", "a line follows from the inputs that scoring recorded before it"
    ),
    "C6": AuditCheck(
        "số liệu đã nhận bằng bản ghi gốc", "an input that scoring recorded equals the entry of its source"
    ),
    "P1": AuditCheck(
        "ấn bản nối tiếp, công bố cái đã niêm phong", "editions follow on each other; announced is what was frozen"
    ),
    "P2": AuditCheck(
        "bản chụp ghi đúng số ấn bản và ấn bản trước",
        "a snapshot names the number, and the edition before, that the list of editions has",
    ),
    "E1": AuditCheck("byte của bản chụp khớp mã kiểm tra", "the bytes of a snapshot have its checksum"),
    "E2": AuditCheck("danh sách ấn bản bằng sổ", "the list of editions equals publication's log"),
    "E3": AuditCheck("danh sách đợt bằng sổ", "the list of announced rounds equals publication's log"),
    "E4": AuditCheck("bản chụp bằng chỉ số đã chốt", "a snapshot holds the indices that scoring had settled"),
    "E5": AuditCheck("tính lại cho đúng các byte đã công bố", "recomputing gives the published bytes"),
    "K1": AuditCheck("bản ghi như bản đã giữ", "entries are those of the kept copy"),
    "K2": AuditCheck("sổ không ngắn đi", "the log is not shorter than the kept copy"),
    "K3": AuditCheck("kết quả công bố như bản đã giữ", "what was published is that of the kept copy"),
}
