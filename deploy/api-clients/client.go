// A small integrator's program. deploy/check_documents.py compiles it against clients that are made from the documents.
package main

import (
	"context"
	"fmt"
	"time"

	"assessment"
	"publication"
	"scoring"
	"signin"
	"survey"
)

func token(ctx context.Context, name, secret string) (string, error) {
	client := signin.NewAPIClient(signin.NewConfiguration())
	form := client.SignInAPI.Token(ctx).GrantType("client_credentials").ClientId(name).ClientSecret(secret)
	answer, _, err := form.Execute()
	if err != nil {
		return "", err
	}
	return answer.AccessToken, nil
}

func press(ctx context.Context, kiosk string, from int64, stars []int32) (int64, error) {
	client := survey.NewAPIClient(survey.NewConfiguration())
	presses := []survey.PressIn{}
	for i := range stars {
		one := survey.NewPressIn(from+int64(i), time.Now())
		one.Stars = &stars[i]
		presses = append(presses, *one)
	}
	receipt, _, err := client.RatingAPI.RecordRatings(ctx, kiosk).PressIn(presses).Execute()
	if err != nil {
		return 0, err
	}
	return receipt.LastSeq, nil
}

func claim(ctx context.Context, round, unit, criterion, key string) (int64, error) {
	client := assessment.NewAPIClient(assessment.NewConfiguration())
	body := assessment.ClaimIn{Figures: map[string]string{"planned": "10", "done": "9"}}
	receipt, _, err := client.SelfScoringAPI.EnterClaim(ctx, round, unit, criterion).ClaimIn(body).IdempotencyKey(key).Execute()
	if refused, ok := err.(*assessment.GenericOpenAPIError); ok {
		problem, _ := refused.Model().(assessment.Problem)
		return 0, fmt.Errorf("%d %s: %s", problem.Status, problem.Code, problem.Detail)
	}
	return receipt.GetPosition(), err
}

func uphold(ctx context.Context, round, unit string, criteria []string) error {
	client := assessment.NewAPIClient(assessment.NewConfiguration())
	upheld, findings := true, []assessment.FindingIn{}
	for _, criterion := range criteria {
		findings = append(findings, assessment.FindingIn{Criterion: criterion, Upheld: &upheld})
	}
	_, _, err := client.AppraisingAPI.MakeFindings(ctx, round, unit).FindingIn(findings).Execute()
	return err
}

func levels(ctx context.Context, code string) ([]assessment.Level, error) {
	client := assessment.NewAPIClient(assessment.NewConfiguration())
	found, _, err := client.EnactingAPI.ReadCriteriaSet(ctx, code).Execute()
	if err != nil {
		return nil, err
	}
	levels := []assessment.Level{}
	for _, criterion := range found.CriteriaSet.Criteria {
		if rule := criterion.Rule.Get(); rule != nil && rule.ProportionalIn != nil {
			levels = append(levels, criterion.Level)
		}
	}
	return levels, nil
}

func seal(ctx context.Context, round, reason string) error {
	client := publication.NewAPIClient(publication.NewConfiguration())
	_, _, err := client.FreezingAPI.FreezeResult(ctx, round).FreezeIn(publication.FreezeIn{Reason: &reason}).Execute()
	return err
}

func indices(ctx context.Context, round string) (map[string]string, error) {
	client := scoring.NewAPIClient(scoring.NewConfiguration())
	found, _, err := client.ComputingAPI.ListIndices(ctx, round).Execute()
	if err != nil {
		return nil, err
	}
	exact := map[string]string{}
	for _, each := range found.Indices {
		exact[each.Unit] = each.Index
	}
	return exact, nil
}

func main() {
	ctx, round, unit := context.Background(), "h09-2026", "H09.12"
	bearer, err := token(ctx, "mot-cua", "…")
	ctx = context.WithValue(ctx, scoring.ContextAccessToken, bearer)
	fmt.Println(err)
	fmt.Println(press(ctx, "h09-12-1", 1, []int32{5, 4}))
	fmt.Println(claim(ctx, round, unit, "1.1", "1"))
	fmt.Println(uphold(ctx, round, unit, []string{"1.1"}))
	fmt.Println(levels(ctx, "h09-2026-so"))
	fmt.Println(seal(ctx, round, "Đính chính"))
	fmt.Println(indices(ctx, round))
}
