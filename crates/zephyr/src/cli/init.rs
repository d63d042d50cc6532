//! `zephyr init`: what can be typed.

use std::path::PathBuf;

use clap::Args;
use zephyr_core::{PersonId, RegionId, ServiceId};

/// On a terminal it asks for what is not given.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  zephyr init --organisation Acme --person maya --name \"Maya Okafor\" --phone +447700900106 \\
    --zone Africa/Lagos --service checkout --region eu-frankfurt --yes
  zephyr serve

It writes zephyr.toml and three templates, and never changes a file that is there.")]
pub struct Init {
    /// The folder to write into, best the root of your repository
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Your organisation, as customers know it
    #[arg(long, value_name = "NAME")]
    pub organisation: Option<String>,
    // An id of its own: `person` is that of `--as`.
    /// You, in one short word: a-z, 0-9 and hyphens [default: your user name]
    #[arg(long = "person", id = "you", value_name = "ID")]
    pub you: Option<PersonId>,
    /// Your name [default: as --person]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Your mail address
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Your telephone number: a plus, the country code and the number
    #[arg(long, value_name = "NUMBER")]
    pub phone: Option<String>,
    /// Your time zone, `Europe/Berlin` [default: this machine's]
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// A service that you answer for; may be given several times, or with commas
    #[arg(long = "service", value_name = "NAME", value_delimiter = ',')]
    pub services: Vec<ServiceId>,
    /// A region that you run in; may be given several times, or with commas
    #[arg(long = "region", value_name = "NAME", value_delimiter = ',')]
    pub regions: Vec<RegionId>,
    /// Ask nothing: take the defaults for what is not given
    #[arg(long)]
    pub yes: bool,
}
