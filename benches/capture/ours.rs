//! hookglass with the whole catalogue or with systeme.io alone, to tell what the other senders cost a capture.

use std::path::PathBuf;

use clap::Parser;
use hookglass::config::{self, Cli, Platform};
use hookglass::senders::Catalogue;
use hookglass::server::Server;
use tokio::sync::watch;

/// Serves until it is killed, with the database `db`.
pub(crate) fn serve(db: &str, whole: bool) {
    let words = [
        "hookglass",
        "--listen",
        "127.0.0.1:0",
        "--min-free",
        "0",
        "--db",
        db,
    ];
    let platform = Platform {
        working_dir: PathBuf::from("/"),
        ..Platform::default()
    };
    let settings = config::load(&Cli::parse_from(words), &platform)
        .expect("settings")
        .settings;
    let catalogue = match whole {
        true => Catalogue::embedded(),
        false => Catalogue::only(&["systeme-io"]),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (_stop, stopped) = watch::channel(false);
        let server = Server::bind_with(&settings, catalogue, stopped)
            .await
            .expect("it starts");
        println!("http://{}/", server.address());
        server.run().await;
    });
}
