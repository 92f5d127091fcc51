//! The other processes of a school, by way of Redis (docs/redis.md).
//!
//! Everything is said on one channel, sealed with a key that only the processes of the school have (`said`), and nothing is
//! stored there: a Redis that lost everything lacks nothing. What is to be said gathers in an `outbox`, merged, until the one
//! connection (`link`, read through `bounded`) takes it; who is said to be elsewhere is the table of `peers`.
//! `redis_broadcast` is the port, `conversation` what is said and heard while a connection holds.

mod address;
mod said;
mod outbox;
mod peers;
mod bounded;
mod link;
mod redis_broadcast;
mod conversation;

pub use address::{NotARedis, RedisConfig};
pub use redis_broadcast::RedisBroadcast;
