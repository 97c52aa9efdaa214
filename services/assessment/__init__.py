"""Units say how good they are; appraisers check."""
