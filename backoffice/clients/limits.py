"""What may limit somebody's training, in one closed list: a screening sets these for a client, exercises carry them."""

from enum import StrEnum

from backoffice.core.language import N_


class Limit(StrEnum):
    """A part of the body, a condition, or a kind of movement to be careful with."""

    NECK = "neck"
    SHOULDER = "shoulder"
    ELBOW = "elbow"
    WRIST = "wrist"
    LOW_BACK = "low_back"
    HIP = "hip"
    KNEE = "knee"
    ANKLE = "ankle"
    BLOOD_PRESSURE = "blood_pressure"
    PREGNANCY = "pregnancy"
    HEAD_DOWN = "head_down"
    FACE_DOWN = "face_down"
    TWISTING = "twisting"
    BREATH_HOLDING = "breath_holding"
    JUMPING = "jumping"


LIMIT_WORDS = {
    Limit.NECK: N_("Neck"),
    Limit.SHOULDER: N_("Shoulder"),
    Limit.ELBOW: N_("Elbow"),
    Limit.WRIST: N_("Wrist"),
    Limit.LOW_BACK: N_("Low back"),
    Limit.HIP: N_("Hip joint"),
    Limit.KNEE: N_("Knee"),
    Limit.ANKLE: N_("Ankle"),
    Limit.BLOOD_PRESSURE: N_("High blood pressure"),
    Limit.PREGNANCY: N_("Pregnancy"),
    Limit.HEAD_DOWN: N_("Head below the heart"),
    Limit.FACE_DOWN: N_("Lying face down"),
    Limit.TWISTING: N_("Twisting"),
    Limit.BREATH_HOLDING: N_("Holding the breath"),
    Limit.JUMPING: N_("Jumping"),
}
