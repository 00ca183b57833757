package costs_test

const head = `# What a call costs

Measured by the tests of this folder, which fail when this file is not what they measure: Redis commands from the
server's own statistics, Firebase requests at a proxy before the Auth emulator, Firestore documents in the answers
of the emulator, counted as Firestore bills them.

| call | Redis: sent + inside a script | Redis, billed | Firebase look-ups | other Firebase requests | Firestore reads | writes | deletes |
|---|--:|--:|--:|--:|--:|--:|--:|
`

const notes = `
- A script is one command and one round trip; Upstash also bills each command inside. HELLO, AUTH and PING are free.
- A Firebase look-up asks for a user's state. It happens at a sign-in, and once a user and REVOCATION_MAX_AGE (60 s)
  whichever function is asked; ten requests at the same time share one. The others are createSessionCookie and revoke.
- Last seen is written at most once in 5 minutes a session, by the first request after that.
- Google's public keys (a request every few hours an instance) and access tokens (one an hour) are not counted.
- A document that is read by a query counts once, a query without a result as one read, a count as one read for each
  1000 index entries.

## A month

A guess at what people do, to be replaced by what your log says:
`

const google = `
Upstash (its documentation, 2026-08): $0.20 for 100,000 commands, the first 500,000 a month free. Where an account has
no free share in pay as you go, add $1.00 at most.

Google's prices differ by region and change; none is written here because none was looked up. The bill is

    requests × price of an invocation
    + instance-seconds × (vCPU × price of a vCPU-second + GiB × price of a GiB-second)
    + reads × price of a read + writes × price of a write + deletes × price of a delete
    + GiB sent × price of egress + monthly active users × price of Identity Platform, above its free number

with the numbers of the table: https://cloud.google.com/run/pricing, https://cloud.google.com/firestore/pricing,
https://cloud.google.com/identity-platform/pricing. Each has a free share a month or a day that the smallest size
is within reach of. Instance-seconds shrink with concurrency: an instance that serves ten requests at once is
billed once.
`

const sizesHead = `
## Instances and connections

Assumed: a peak of ten times the average, 100 ms a request. An instance opens at most 10 connections (PoolSize) and
never more than it serves requests, and keeps 2 when it is idle (MaxIdleConns). Upstash allows 1,000 to 10,000
connections by plan; the last column is of 1,000.

| requests a month | a second: average / peak | concurrency | instances at peak | connections at most | kept when idle | of 1,000 |
|--:|--:|--:|--:|--:|--:|--:|
`

const advice = `
Max instances × 10 (or × the concurrency, when that is below 10), summed over the three functions, must stay below the
plan's connections: with 1,000 that is 100 instances at concurrency 10 or more, or 1,000 at concurrency 1.

## What to change when

- **Commands above some millions a month, every month**: compare the Upstash column with the price of a fixed plan; it
  does not count commands. Look at its limits of commands a second and of connections first.
- **Instances are busy and their CPUs are not**: raise concurrency. Above 1 it needs a whole vCPU; from 10 on an
  instance's connections stop growing.
- **Cold starts hurt**: min instances 1 for the function that the page calls first. It is billed while it waits.
- **PING above 5 ms** (the doctor says): functions, Redis and Firestore belong into one region; each call above waits
  for Redis once. No read replicas for sessions: they answer late that a session was closed.
- **Firestore reads lead the bill**: smaller pages, If-None-Match does not save the read, count=true only on the first page;
  the article's list reads every recipe at each call.
- **Firebase look-ups lead**: raise REVOCATION_MAX_AGE, up to 5 minutes; a disabled user stays in as long.
`
