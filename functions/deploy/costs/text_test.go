package costs_test

const head = `# What a call costs

The tests of this folder measure these numbers, and fail when this file has other ones. They read Redis commands from
the server's own statistics, count Firebase requests at a proxy before the Auth emulator, and count Firestore documents
in the emulator's answers, as Firestore bills them.

| call | Redis: sent + inside a script | Redis, billed | Firebase look-ups | other Firebase requests | Firestore reads | writes | deletes |
|---|--:|--:|--:|--:|--:|--:|--:|
`

const notes = `
- A script is one command and one round trip. Upstash also bills each command inside it. HELLO, AUTH and PING are free.
- The first use of a script on a server that does not have it costs one more command: EVALSHA fails, and EVAL sends the
  source. There are three scripts. A server loses them when it restarts. The table does not count this.
- A Firebase look-up asks for a user's state. It happens at each sign-in. Otherwise it happens once in REVOCATION_MAX_AGE
  (60 s) for each active user, for all functions together. Requests that come at the same time share one. The other
  requests are createSessionCookie and revoke.
- The time of the last use is written at most once in 5 minutes for each session, by the first request after that time.
- Google's public keys (a request every few hours an instance) and access tokens (one an hour) are not counted.
- Each document that a query returns is a read. A query without a result is one read. A count is one read for each 1,000
  index entries.

## A month

This mix is a guess. Replace it by what your log says:
`

const google = `
Upstash (pay as you go, 2026-08): $0.20 for 100,000 commands from the first one on, and $0.03 for each GB above 200 GB a
month. The bandwidth assumes 2 KB a request: a session's record holds a Firebase cookie of about 1 KB, sealed and in
base64. Storage is free up to 1 GB, which is more than 500,000 sessions.
The free plan has 500,000 commands and 10 GB a month. It is enough for %s such requests.

Google's prices differ by region and change, so this page has none of them. The bill is

    requests × price of an invocation
    + instance-seconds × (vCPU × price of a vCPU-second + GiB × price of a GiB-second)
    + reads × price of a read + writes × price of a write + deletes × price of a delete
    + GiB sent × price of egress + monthly active users × price of Identity Platform, above its free number

with the numbers of the table: https://cloud.google.com/run/pricing, https://cloud.google.com/firestore/pricing,
https://cloud.google.com/identity-platform/pricing. Each has a free share a month or a day. The smallest of the three sizes may
cost nothing.

Google bills an instance from the start of a request to its end and rounds up to 100 ms. A request of 20 ms that is alone
on its instance costs 100 ms: this is what the last column counts. Requests that an instance serves at the same time are
billed once. The start of an instance is billed too, and so is the waiting of a minimum instance, at a lower price.
`

const sizesHead = `
## Instances and connections

The table assumes a peak of ten times the average, and 100 ms a request. The requests of an instance share one connection.
Each sign-in that runs takes one more from a pool of at most 10 (PoolSize). "Connections at most" is the number when every
request is a sign-in. An instance keeps the connections that it opened. Upstash allows 1,000 to 10,000 connections,
depending on the plan. The last column is the share of 1,000.

| requests a month | a second: average / peak | concurrency | instances at peak | connections at most | of 1,000 |
|--:|--:|--:|--:|--:|--:|
`

const advice = `
Add up the max instances × 11 of the three functions. (With a concurrency below 10, take the concurrency + 1 in place of 11.)
The sum must stay below the plan's connections.

## What to change when

- **You use several million commands every month**: compare the Upstash column with the price of a fixed plan, which does
  not count commands. First look at its limits of commands a second and of connections.
- **Instances are busy and their CPUs are not**: raise the concurrency. Above 1 it needs a whole vCPU.
- **The start of instances takes too long**: set min instances to 1 for the function that the page calls first. It is
  billed while it waits.
- **PING is above 5 ms** (the doctor says it): put functions, Redis and Firestore into one region. Each call above waits
  for Redis once. Use no read replicas for sessions: they learn late that a session was closed.
- **Firestore reads are most of the bill**: use smaller pages, and count=true on the first page only. If-None-Match does
  not save the read. The article's list reads every recipe at each call.
- **Firebase look-ups are most of the bill**: raise REVOCATION_MAX_AGE, up to 5 minutes. A disabled user keeps access for
  that time.
`
