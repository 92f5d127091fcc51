// A program on a client that is made of the school's OpenAPI document: `openapi-typescript` wrote schema.d.ts, and the
// compiler holds every path, parameter, field and answer below against it.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[]; exit(code: number): never };

const [url = "", username = "", password = ""] = process.argv.slice(2);

function fail(what: string, error: unknown): never {
  console.error(what, error);
  process.exit(1);
}

const visitor = createClient<paths>({ baseUrl: url });

const list = await visitor.GET("/api/courses/", { params: { query: { ordering: "title" } } });
if (!list.data) fail("no list", list.error);
const courses: components["schemas"]["Course"][] = Array.isArray(list.data) ? list.data : list.data.results;
const first = courses[0] ?? fail("no course", list.data);

const one = await visitor.GET("/api/courses/{id}/", { params: { path: { id: first.id } } });
if (!one.data) fail("no course", one.error);
console.log(`got the course “${one.data.title}”, created ${one.data.created}`);

const login = await visitor.POST("/api/auth/login/", { body: { username, password } });
if (!login.data) fail("not signed in", login.error);
const student = createClient<paths>({ baseUrl: url, headers: { Authorization: `Token ${login.data.token}` } });

const seat = await student.POST("/api/courses/{id}/enroll/", { params: { path: { id: first.id } } });
if (!seat.data?.enrolled) fail("not enrolled", seat.error);
const full = await student.GET("/api/courses/{id}/contents/", { params: { path: { id: first.id } } });
if (!full.data) fail("no contents", full.error);
const items = full.data.modules.flatMap((module) => module.contents.map((content) => content.item));
console.log(`read its ${items.length} contents, ${items.join("").length} characters`);

const nowhere = await visitor.GET("/api/courses/{id}/", { params: { path: { id: 4_000_000_000 } } });
if (nowhere.response.status !== 404 || !nowhere.error || !("detail" in nowhere.error)) fail("no 404", nowhere.data);
