"""Why a unit has its points for a criterion: the answers of assessment and scoring as one document."""
