//! `hookglass serve`: runs until it is told to stop.

use std::io::Write;

use tokio::signal;
use tokio::sync::watch;

use super::{CliError, EXIT_FAILURE, base_url};
use crate::config::{LogFormat, Settings};
use crate::server::{LOGIN_CODE_TIME, Server, StartError, shown_path};

pub(super) fn run(out: &mut impl Write, settings: &Settings) -> Result<(), CliError> {
    start_log(settings);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(StartError::Io)?;
    let outcome = runtime.block_on(serve(out, settings));
    // Whatever still blocks (a slow reader of an export) is not waited for.
    runtime.shutdown_background();
    outcome
}

async fn serve(out: &mut impl Write, settings: &Settings) -> Result<(), CliError> {
    let (stop, stopped) = watch::channel(false);
    let server = Server::bind(settings, stopped).await?;
    for error in &server.catalogue_errors {
        tracing::warn!("{error}");
    }
    let text = greeting(settings, &server).await?;
    // A closed standard output is no reason not to serve.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    tokio::spawn(watch_signals(stop));
    server.run().await;
    tracing::info!("stopped; everything acknowledged is in the database");
    Ok(())
}

/// The first signal asks for a stop; a second one ends the program at once.
async fn watch_signals(stop: watch::Sender<bool>) {
    signal_received().await;
    tracing::info!("stopping: answering what is in flight");
    let _ = stop.send(true);
    signal_received().await;
    std::process::exit(i32::from(EXIT_FAILURE));
}

#[cfg(unix)]
async fn signal_received() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = signal::ctrl_c() => {}
        },
        Err(_) => drop(signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn signal_received() {
    drop(signal::ctrl_c().await);
}

async fn greeting(settings: &Settings, server: &Server) -> Result<String, CliError> {
    let base = base_url(settings, server.address());
    let port = server.address().port();
    let inspector = if settings.no_auth {
        format!("{base}/?inspect   (open to this machine: --no-auth)")
    } else {
        match server.login_link("/").await {
            Ok(link) => {
                let minutes = LOGIN_CODE_TIME.as_secs() / 60;
                format!(
                    "{base}{link}\n                 (opens once, within {minutes} minutes; another one: hookglass open)"
                )
            }
            // A full disk must not keep senders from being told so.
            Err(error) => {
                format!("{base}/?inspect   (no link could be made: {error}; later: hookglass open)")
            }
        }
    };
    let outside = match settings.trust_proxy.as_slice() {
        [] => format!(
            "cloudflared tunnel --url http://127.0.0.1:{port}\n                 and start this with --trust-proxy cloudflared, so that senders' addresses are checked\n                 (ngrok, caddy, nginx likewise)"
        ),
        proxies => format!(
            "through {}, whose word on senders' addresses is believed",
            proxies.join(", ")
        ),
    };
    Ok(format!(
        "hookglass {version} is listening on {address}\n\n\
         \x20 Webhook URL    {base}/\n                 (any path works: {base}/shop)\n\
         \x20 Inspector      {inspector}\n\
         \x20 Database       {db}\n\
         \x20 From outside   {outside}\n\n",
        version = env!("CARGO_PKG_VERSION"),
        address = server.address(),
        db = shown_path(&settings.db),
    ))
}

fn start_log(settings: &Settings) {
    use tracing_subscriber::fmt;
    use tracing_subscriber::prelude::*;
    let filter = settings.log.targets.clone();
    let registry = tracing_subscriber::registry();
    match settings.log_format {
        LogFormat::Text => {
            let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
            let layer = fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(ansi)
                .with_target(false);
            registry.with(layer.with_filter(filter)).init();
        }
        LogFormat::Json => {
            let layer = fmt::layer().json().with_writer(std::io::stderr);
            registry.with(layer.with_filter(filter)).init();
        }
    }
}
