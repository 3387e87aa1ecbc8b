"""Where in the body something hurts or was hurt: one closed list for pain, incidents and notes of sessions."""

from enum import StrEnum

from backoffice.core.language import N_


class Region(StrEnum):
    """A part of the body as somebody would name it, from head to foot."""

    HEAD = "head"
    NECK = "neck"
    SHOULDER = "shoulder"
    ELBOW = "elbow"
    WRIST = "wrist"
    CHEST = "chest"
    UPPER_BACK = "upper_back"
    LOW_BACK = "low_back"
    ABDOMEN = "abdomen"
    HIP = "hip"
    THIGH = "thigh"
    KNEE = "knee"
    CALF = "calf"
    ANKLE = "ankle"


REGION_WORDS = {
    Region.HEAD: N_("Head"),
    Region.NECK: N_("Neck"),
    Region.SHOULDER: N_("Shoulder"),
    Region.ELBOW: N_("Elbow"),
    Region.WRIST: N_("Wrist"),
    Region.CHEST: N_("Chest"),
    Region.UPPER_BACK: N_("Upper back"),
    Region.LOW_BACK: N_("Low back"),
    Region.ABDOMEN: N_("Abdomen"),
    Region.HIP: N_("Hip joint"),
    Region.THIGH: N_("Thigh"),
    Region.KNEE: N_("Knee"),
    Region.CALF: N_("Calf"),
    Region.ANKLE: N_("Ankle"),
}
