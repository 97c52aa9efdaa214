// A small integrator's program. deploy/check_documents.py compiles it strictly against the types of the documents.
import createClient from "openapi-fetch";

import type { components, paths as Assessment } from "./assessment.js";
import type { paths as Publication } from "./publication.js";
import type { paths as Scoring } from "./scoring.js";
import type { paths as SignIn } from "./sign-in.js";
import type { components as SurveyParts, paths as Survey } from "./survey.js";

type Problem = components["schemas"]["Problem"];
type Press = SurveyParts["schemas"]["PressIn"];
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const gateway = "https://gateway.example";
const headers = { Authorization: "Bearer token" };
const assessment = createClient<Assessment>({ baseUrl: `${gateway}/assessment`, headers });
const survey = createClient<Survey>({ baseUrl: `${gateway}/survey`, headers });
const scoring = createClient<Scoring>({ baseUrl: `${gateway}/scoring`, headers });
const publication = createClient<Publication>({ baseUrl: `${gateway}/publication` });

const signIn = createClient<SignIn>({ baseUrl: `${gateway}/sign-in` });

function refusal(problem: Problem): never {
  throw new Error(`${problem.status} ${problem.code}: ${problem.detail}`);
}

export async function token(client_id: string, client_secret: string): Promise<string> {
  const { data, error } = await signIn.POST("/token", {
    body: { grant_type: "client_credentials", client_id, client_secret },
    bodySerializer: (body) => new URLSearchParams(Object.entries(body)),
  });
  return data ? data.access_token : refusal(error);
}

export async function press(kiosk: string, presses: Press[]): Promise<number> {
  const { data, error } = await survey.POST("/v1/kiosks/{kiosk}/ratings", { params: { path: { kiosk } }, body: presses });
  return data ? data.last_seq : refusal(error);
}

export async function claim(round: string, unit: string): Promise<number> {
  const { data, error } = await assessment.PUT("/v1/rounds/{round}/units/{unit}/claims/{criterion}", {
    params: { path: { round, unit, criterion: "1.1.1" }, header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { figures: { planned: "10", done: "9" } },
  });
  return data ? data.version : refusal(error);
}

export async function uphold(round: string, unit: string, criteria: string[]): Promise<string[]> {
  const { data, error } = await assessment.POST("/v1/rounds/{round}/units/{unit}/appraisal/findings", {
    params: { path: { round, unit } },
    body: criteria.map((criterion) => ({ criterion, upheld: true })),
  });
  return data ? data.facts : refusal(error);
}

export async function seal(round: string): Promise<void> {
  const params = { path: { round } };
  const first = await publication.POST("/v1/rounds/{round}/editions", { params });
  if (first.error) await publication.POST("/v1/rounds/{round}/editions", { params, body: { reason: "Sửa sai sót" } });
}

export async function compare(round: string): Promise<string[]> {
  const params = { path: { round } };
  const exact = await scoring.GET("/v1/rounds/{round}/indices", { params });
  const announced = await publication.GET("/v1/rounds/{round}/result", { params });
  const table = await publication.GET("/v1/rounds/{round}/result.csv", { params, parseAs: "text" });
  const sealed = await publication.GET("/v1/rounds/{round}/editions/{edition}/snapshot", {
    params: { path: { round, edition: 1 } },
  });
  const log = await scoring.GET("/v1/log", {});
  const units = sealed.data?.blocks.flatMap((block) => block.units.map((unit) => `${unit.code} ${unit.published.index}`));
  const text: string | undefined = table.data;
  return [
    ...(exact.data?.indices ?? []).map((each) => `${each.unit} ${each.index}`),
    ...(announced.data?.blocks ?? []).flatMap((block) => block.rows.map((row) => `${row.unit} ${row.index}`)),
    ...(units ?? []),
    `${log.data?.head} ${text?.length}`,
  ];
}

export async function contracts(partition: number): Promise<string[]> {
  const { data, error } = await assessment.GET("/v1/contracts", { params: { query: { partition, after: 0 } } });
  return data ? data.events.map((event) => `${event.type} ${event.position}`) : refusal(error);
}

// Enumerations are enumerations, in every service the same.
export const levels: Equal<components["schemas"]["Level"], "area" | "component" | "criterion"> = true;
