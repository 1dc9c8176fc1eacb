//! The yardstick: axum's own server, reading the body and storing nothing.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::routing::post;
use bytes::Bytes;

pub(crate) fn serve() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .await
            .expect("a port");
        println!("http://{}/", listener.local_addr().expect("its address"));
        let app = Router::new().fallback(post(async |body: Bytes| {
            std::hint::black_box(body);
            "{\"stored\":false}\n"
        }));
        axum::serve(listener, app).await.expect("it serves");
    });
}
