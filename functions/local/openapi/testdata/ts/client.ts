// A small frontend without a page: what a developer writes against the generated types.
// It runs the main job against a Pantry (PANTRY_URL) whose sign-ins are made by a
// Firebase Auth emulator (AUTH_URL), and ends with an error when an answer is not as
// expected. The compiler checks the rest: every call is typed by openapi.json.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { env: Record<string, string | undefined> };

type Recipe = components["schemas"]["Recipe"];
type Problem = components["schemas"]["Error"];

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
}

function expect(got: unknown, want: unknown, what: string): void {
  if (JSON.stringify(got) !== JSON.stringify(want)) {
    throw new Error(`${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
  }
}

const baseUrl = must(process.env["PANTRY_URL"], "PANTRY_URL");
const authUrl = must(process.env["AUTH_URL"], "AUTH_URL");

// Sign up at Firebase. A page would use its SDK.
async function signUp(): Promise<{ idToken: string; localId: string }> {
  const response = await fetch(`${authUrl}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=demo`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: `${crypto.randomUUID()}@example.com`, password: "correct horse", returnSecureToken: true }),
  });
  expect(response.status, 200, "sign up");
  return (await response.json()) as { idToken: string; localId: string };
}

// Hand the token to set-cache: it opens the session that every other call carries.
const user = await signUp();
const anonymous = createClient<paths>({ baseUrl });
const opened = await anonymous.POST("/set-cache", {
  body: { UserID: user.localId, AuthToken: user.idToken, Transport: "bearer" },
});
expect(opened.data?.userID, user.localId, "set-cache");
const api = createClient<paths>({
  baseUrl,
  headers: { Authorization: `Bearer ${must(opened.data?.session, "session")}` },
});

const expired = await api.GET("/check-expiration", { params: { query: { userID: user.localId } } });
expect(expired.data, false, "check-expiration");

// Without a session the answer is a typed problem.
const refused = await anonymous.GET("/recipes");
const problem: Problem = must(refused.error, "problem");
expect([refused.response.status, problem.status], [401, 401], "without a session");

// Create with an idempotency key: repeating the request creates nothing twice.
async function create(title: string): Promise<Recipe> {
  const key = crypto.randomUUID();
  const send = () =>
    api.POST("/recipes", {
      params: { header: { "Idempotency-Key": key } },
      body: { title, ingredients: ["1 onion", "2 carrots"], tags: ["soup"], lastMadeAt: null },
    });
  const first = await send();
  const second = await send();
  expect([first.response.status, second.response.status], [201, 201], "create");
  expect(second.data, first.data, "the repeated request");
  return must(first.data, "created recipe");
}

const titles = ["Borscht", "Goulash", "Minestrone", "Pho", "Ramen"];
const created: Recipe[] = [];
for (const title of titles) created.push(await create(title));

// List page by page.
const listed: string[] = [];
for (let pageToken: string | undefined; ; ) {
  const page = await api.GET("/recipes", {
    params: { query: { pageSize: 2, orderBy: "title", tag: "soup", count: true, ...(pageToken ? { pageToken } : {}) } },
  });
  const data = must(page.data, "page");
  expect(data.totalSize, titles.length, "totalSize");
  listed.push(...data.recipes.map((recipe) => recipe.title));
  pageToken = data.nextPageToken;
  if (!pageToken) break;
}
expect(listed, titles, "all pages");

// Edit with If-Match, on two devices at once: the second one is told, reads the version
// that stands, and repeats its edit on that.
const shared = must(created[0], "first recipe");
function edit(etag: string, body: components["schemas"]["RecipePatch"]) {
  return api.PATCH("/recipes/{id}", {
    params: { path: { id: shared.id }, header: { "If-Match": `"${etag}"` } },
    headers: { "Content-Type": "application/merge-patch+json" },
    body,
  });
}
const phone = await edit(shared.etag, { rating: 4 });
expect(phone.data?.rating, 4, "the phone's edit");
const laptop = await edit(shared.etag, { notes: "more dill" });
expect([laptop.response.status, laptop.error?.code], [412, "precondition_failed"], "the laptop's edit");
expect(laptop.response.headers.get("ETag"), `"${phone.data?.etag}"`, "the version that stands");
const present = await api.GET("/recipes/{id}", { params: { path: { id: shared.id } } });
const merged = await edit(must(present.data, "recipe").etag, { notes: "more dill" });
expect([merged.data?.rating, merged.data?.notes], [4, "more dill"], "both edits");

// What was read can be changed and sent back as it is.
const whole = must(merged.data, "recipe");
const put = await api.PUT("/recipes/{id}", {
  params: { path: { id: whole.id }, header: { "If-Match": `"${whole.etag}"` } },
  body: { ...whole, favorite: true },
});
expect([put.response.status, put.data?.favorite, put.data?.notes], [200, true, "more dill"], "put");

// Nothing has changed since: 304, and no body.
const cached = await api.GET("/recipes/{id}", {
  params: { path: { id: whole.id }, header: { "If-None-Match": `"${put.data?.etag}"` } },
});
expect(cached.response.status, 304, "conditional get");

// Every refused field is named, so that a form can show each fault where it is.
const invalid = await api.POST("/recipes", { body: { title: "", rating: 6, ingredients: ["x".repeat(501)] } });
expect(
  invalid.error?.errors?.map((fault) => [fault.location, fault.rule]),
  [["/title", "minLength"], ["/rating", "maximum"], ["/ingredients/0", "maxLength"]],
  "refused fields",
);

// Trash and restore.
const trashed = await api.DELETE("/recipes/{id}", { params: { path: { id: whole.id } } });
expect(trashed.data?.state, "trashed", "delete");
const restored = await api.POST("/recipes/{id}:restore", { params: { path: { id: whole.id } } });
expect(restored.data?.state, "active", "restore");

// Export, delete everything, import again.
const exported = await api.GET("/recipes/:export", { parseAs: "text" });
const removed = await api.DELETE("/recipes", {
  params: { query: { all: true }, header: { "X-Confirm-Delete": "all-recipes" } },
});
expect(removed.response.status, 204, "delete all");
const imported = await api.POST("/recipes/:import", {
  params: { header: { "Idempotency-Key": crypto.randomUUID() } },
  headers: { "Content-Type": "application/ld+json" },
  body: JSON.parse(must(exported.data, "export") as unknown as string) as { [name: string]: unknown },
});
expect(
  imported.data?.results.map((result) => [result.status, result.recipe?.title, result.dropped.length]).sort(),
  titles.map((title) => ["created", title, 0]),
  "import",
);

// Sign out: the session opens nothing any more.
const devices = await api.GET("/set-cache");
expect(devices.data?.sessions.map((session) => session.current), [true], "sessions");
const closed = await api.DELETE("/set-cache");
expect(closed.response.status, 204, "sign out");
const after = await api.GET("/recipes");
expect(after.response.status, 401, "after signing out");

console.log("the client's story ends well");
