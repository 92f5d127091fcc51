//! A member's socket over any connection: what `handlers` makes of a request, for fuzz targets, which have none.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::live::Live;
use super::member::Member;
use super::session::{self, Part};
use super::socket::Connection;
use crate::course::CourseId;
use crate::school::{Room, TokenKey, admit};

/// Serves a socket in a room, by the session of somebody who has a place in the course, until it ends.
pub async fn serve_member(live: &Arc<Live>, key: TokenKey, course: CourseId, connection: impl Connection) {
    let (account, session) = live.school.session(key).await.expect("a store").expect("a session");
    let standing = live.school.standing(Some(&account), course, &live.shelf.current().catalog).await;
    let pass = admit(&standing.expect("a store"), Room(course)).expect("a place in the course");
    let room = live.rooms.enter(pass, live.config.max_rooms).expect("an open room");
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let place = live.sockets.admit(&live.config, (&account, &session), address).expect("a free place");
    session::serve(live.clone(), place, Part::Chat(Box::new(Member::new(room)), None), connection).await;
}
