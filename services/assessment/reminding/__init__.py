"""16 · Units and appraisers are reminded before and after each deadline, by e-mail, each at most once."""
