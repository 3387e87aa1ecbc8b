"""The closed lists an exercise is described with, and their words: sections, settings, muscles, equipment, units."""

from enum import StrEnum

from backoffice.core.language import N_


class Section(StrEnum):
    """Where in a session an exercise belongs."""

    WARM_UP = "warm_up"
    MAIN = "main"
    POSTURE = "posture"
    CARDIO = "cardio"
    COOL_DOWN = "cool_down"


class Setting(StrEnum):
    """Where it can be done."""

    HOME = "home"
    GYM = "gym"


class Unit(StrEnum):
    """What is counted when it is prescribed; a hold is in seconds."""

    REPS = "reps"
    HOLD = "hold"
    BREATHS = "breaths"
    MINUTES = "minutes"


class Counted(StrEnum):
    """Whether an amount is the whole, or is done on each side or in each direction."""

    TOTAL = "total"
    SIDE = "side"
    DIRECTION = "direction"


class Muscle(StrEnum):
    """What an exercise trains or stretches."""

    NECK = "neck"
    UPPER_TRAPEZIUS = "upper_trapezius"
    MIDDLE_LOWER_TRAPEZIUS = "middle_lower_trapezius"
    RHOMBOIDS = "rhomboids"
    LATISSIMUS_DORSI = "latissimus_dorsi"
    ERECTOR_SPINAE = "erector_spinae"
    DELTOIDS = "deltoids"
    PECTORALS = "pectorals"
    BICEPS = "biceps"
    TRICEPS = "triceps"
    FOREARMS = "forearms"
    CORE = "core"
    ABDOMINALS = "abdominals"
    GLUTES = "glutes"
    ABDUCTORS = "abductors"
    ADDUCTORS = "adductors"
    QUADRICEPS = "quadriceps"
    HAMSTRINGS = "hamstrings"
    CALVES = "calves"


class Equipment(StrEnum):
    """What is needed; an exercise without any is done with the own body."""

    TOWEL = "towel"
    CHAIR = "chair"
    WALL = "wall"
    BAND = "band"
    EXERCISE_BALL = "exercise_ball"
    FOAM_ROLLER = "foam_roller"
    DUMBBELL = "dumbbell"
    KETTLEBELL = "kettlebell"
    MEDICINE_BALL = "medicine_ball"
    BARBELL = "barbell"
    EZ_BAR = "ez_bar"
    CABLE = "cable"
    MACHINE = "machine"
    OTHER = "other"


SECTION_WORDS = {
    Section.WARM_UP: N_("Warm-up"),
    Section.MAIN: N_("Main"),
    Section.POSTURE: N_("Posture"),
    Section.CARDIO: N_("Cardio"),
    Section.COOL_DOWN: N_("Cool-down"),
}

SETTING_WORDS = {Setting.HOME: N_("At home"), Setting.GYM: N_("In the gym")}

UNIT_WORDS = {
    Unit.REPS: N_("Repetitions"),
    Unit.HOLD: N_("Hold (seconds)"),
    Unit.BREATHS: N_("Breaths"),
    Unit.MINUTES: N_("Minutes"),
}

COUNTED_WORDS = {
    Counted.TOTAL: N_("in total"),
    Counted.SIDE: N_("each side"),
    Counted.DIRECTION: N_("each direction"),
}

MUSCLE_WORDS = {
    Muscle.NECK: N_("Neck muscles"),
    Muscle.UPPER_TRAPEZIUS: N_("Upper trapezius"),
    Muscle.MIDDLE_LOWER_TRAPEZIUS: N_("Middle and lower trapezius"),
    Muscle.RHOMBOIDS: N_("Rhomboids"),
    Muscle.LATISSIMUS_DORSI: N_("Latissimus dorsi"),
    Muscle.ERECTOR_SPINAE: N_("Erector spinae"),
    Muscle.DELTOIDS: N_("Deltoids"),
    Muscle.PECTORALS: N_("Pectorals"),
    Muscle.BICEPS: N_("Biceps"),
    Muscle.TRICEPS: N_("Triceps"),
    Muscle.FOREARMS: N_("Forearms"),
    Muscle.CORE: N_("Core"),
    Muscle.ABDOMINALS: N_("Abdominals"),
    Muscle.GLUTES: N_("Glutes"),
    Muscle.ABDUCTORS: N_("Abductors"),
    Muscle.ADDUCTORS: N_("Adductors"),
    Muscle.QUADRICEPS: N_("Quadriceps"),
    Muscle.HAMSTRINGS: N_("Hamstrings"),
    Muscle.CALVES: N_("Calves"),
}

EQUIPMENT_WORDS = {
    Equipment.TOWEL: N_("Towel"),
    Equipment.CHAIR: N_("Chair"),
    Equipment.WALL: N_("Wall"),
    Equipment.BAND: N_("Band"),
    Equipment.EXERCISE_BALL: N_("Exercise ball"),
    Equipment.FOAM_ROLLER: N_("Foam roller"),
    Equipment.DUMBBELL: N_("Dumbbell"),
    Equipment.KETTLEBELL: N_("Kettlebell"),
    Equipment.MEDICINE_BALL: N_("Medicine ball"),
    Equipment.BARBELL: N_("Barbell"),
    Equipment.EZ_BAR: N_("EZ bar"),
    Equipment.CABLE: N_("Cable"),
    Equipment.MACHINE: N_("Machine"),
    Equipment.OTHER: N_("Other equipment"),
}
