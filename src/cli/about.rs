//! What commands and flags are for, in our own words: the texts of help, man pages and completion.

/// A command in words.
#[derive(Default)]
pub struct About {
    /// One line.
    pub short: &'static str,
    /// A paragraph; the short line stands in where there is none.
    pub long: Option<&'static str>,
    /// Command lines without the program's name.
    pub examples: &'static [&'static str],
}

/// A command's texts by its path.
pub fn of(path: &str) -> About {
    let (short, long, examples): (&str, Option<&str>, &[&str]) = match path {
        "" => (
            "Packages, renders and installs Kubernetes applications.",
            Some(
                "Packages, renders and installs Kubernetes applications.\n\nA chart describes an application, a release is a chart installed under a name, a revision is one state of a release.",
            ),
            &[
                "create web",
                "template web ./web",
                "install web ./web --wait",
                "upgrade web ./web -f prod.yaml",
                "diff upgrade web ./web",
                "rollback web",
            ],
        ),
        "completion" => ("Print a completion script for a shell", None, &["completion bash"]),
        "completion bash" => {
            ("Print the completion script for bash", None, &["completion bash > /etc/bash_completion.d/helm"])
        }
        "completion fish" => {
            ("Print the completion script for fish", None, &["completion fish > ~/.config/fish/completions/helm.fish"])
        }
        "completion powershell" => ("Print the completion script for PowerShell", None, &[]),
        "completion zsh" => ("Print the completion script for zsh", None, &["completion zsh > \"${fpath[1]}/_helm\""]),
        "create" => ("Start a new chart in a folder", None, &["create web", "create web --starter ./my-starter"]),
        "dependency" => ("Look after the charts that a chart depends on", None, &[]),
        "dependency build" => ("Fill charts/ as Chart.lock says", None, &["dependency build ./web"]),
        "dependency list" => {
            ("List a chart's dependencies and whether they are there", None, &["dependency list ./web"])
        }
        "dependency update" => {
            ("Resolve Chart.yaml's dependencies, fill charts/ and write Chart.lock", None, &["dependency update ./web"])
        }
        "docs" => ("Write the documentation of all commands into files", None, &[]),
        "env" => ("Show the settings in force", None, &["env", "env HELM_PLUGINS"]),
        "get" => ("Show parts of a release", None, &[]),
        "get all" => ("Show everything about a release", None, &["get all web", "get all web --revision 3"]),
        "get hooks" => ("Show a release's hooks", None, &["get hooks web"]),
        "get manifest" => ("Show a release's manifest", None, &["get manifest web"]),
        "get metadata" => ("Show a release's metadata", None, &["get metadata web -o yaml"]),
        "get notes" => ("Show a release's notes", None, &["get notes web"]),
        "get values" => ("Show a release's values", None, &["get values web", "get values web --all -o json"]),
        "help" => ("Show help for a command", None, &["help install"]),
        "history" => ("List a release's revisions", None, &["history web --max 5"]),
        "install" => (
            "Install a chart as a new release",
            None,
            &[
                "install web ./web",
                "install web ./web -f prod.yaml --set image.tag=1.2 --wait",
                "install --generate-name ./web",
            ],
        ),
        "lint" => ("Look for mistakes in a chart", None, &["lint ./web", "lint ./web --strict -f prod.yaml"]),
        "list" => ("List releases", None, &["list", "list -A -o json", "list --filter 'web-.*'"]),
        "package" => {
            ("Pack a chart folder into an archive", None, &["package ./web", "package ./web --version 1.2.3 -d dist"])
        }
        "plugin" => ("Look after plugins", None, &[]),
        "plugin install" => ("Install a plugin from a path or address", None, &[]),
        "plugin list" => ("List installed plugins", None, &[]),
        "plugin package" => ("Pack a plugin folder into an archive", None, &[]),
        "plugin uninstall" => ("Remove plugins", None, &[]),
        "plugin update" => ("Update plugins", None, &[]),
        "plugin verify" => ("Check a plugin's signature", None, &[]),
        "pull" => ("Download a chart", None, &["pull oci://registry.example.com/charts/web --version 1.2.3"]),
        "push" => ("Upload a chart to a registry", None, &["push web-1.2.3.tgz oci://registry.example.com/charts"]),
        "registry" => ("Log in to registries and out of them", None, &[]),
        "registry login" => ("Log in to a registry", None, &[]),
        "registry logout" => ("Log out of a registry", None, &[]),
        "repo" => ("Look after chart repositories", None, &[]),
        "repo add" => ("Add a chart repository", None, &[]),
        "repo index" => ("Write an index of the charts in a folder", None, &[]),
        "repo list" => ("List chart repositories", None, &[]),
        "repo remove" => ("Remove chart repositories", None, &[]),
        "repo update" => ("Refresh the indexes of chart repositories", None, &[]),
        "rollback" => ("Bring back an earlier revision of a release", None, &["rollback web", "rollback web 3 --wait"]),
        "search" => ("Search for charts", None, &[]),
        "search hub" => ("Search Artifact Hub", None, &[]),
        "search repo" => ("Search the added repositories", None, &[]),
        "show" => ("Show what a chart holds", None, &[]),
        "show all" => ("Show a chart's definition, values, README and CRDs", None, &["show all ./web"]),
        "show chart" => ("Show a chart's definition", None, &["show chart ./web"]),
        "show crds" => ("Show a chart's CRDs", None, &["show crds ./web"]),
        "show readme" => ("Show a chart's README", None, &["show readme ./web"]),
        "show values" => ("Show a chart's default values", None, &["show values ./web > my-values.yaml"]),
        "status" => ("Show the state of a release", None, &["status web", "status web -o json"]),
        "template" => (
            "Render a chart without a cluster",
            None,
            &[
                "template web ./web",
                "template web ./web -f prod.yaml -s templates/deployment.yaml",
                "template web ./web --output-dir rendered",
            ],
        ),
        "test" => ("Run a release's tests", None, &["test web --logs"]),
        "uninstall" => ("Remove a release", None, &["uninstall web", "uninstall web --keep-history"]),
        "upgrade" => (
            "Bring a release to a new state of its chart",
            None,
            &["upgrade web ./web", "upgrade --install web ./web -f prod.yaml --rollback-on-failure"],
        ),
        "verify" => ("Check an archive against its signature", None, &["verify web-1.2.3.tgz"]),
        "version" => ("Show the version", None, &["version", "version --short"]),
        "unlock" => (
            "Free a release whose operation was cut off",
            Some(
                "Free a release whose operation was cut off.

The record of the operation is closed as failed, after which the release can be upgraded, rolled back or uninstalled.
Commands do so by themselves when the process that held the release is provably gone. A release whose holder is at work
is only freed with --force; that process then stops.",
            ),
            &["unlock web"],
        ),
        "diff" => ("Show what would change, or what changed", None, &[]),
        "diff upgrade" => {
            ("Compare a release with what an upgrade would make of it", None, &["diff upgrade web ./web -f prod.yaml"])
        }
        "diff rollback" => ("Compare a release with what a rollback would make of it", None, &["diff rollback web 2"]),
        "diff revision" => ("Compare two revisions of a release", None, &["diff revision web 2 3"]),
        "diff release" => ("Compare two releases", None, &["diff release web-blue web-green"]),
        _ => ("", None, &[]),
    };
    About { short, long, examples }
}

/// What a flag is for.
pub fn flag(name: &str) -> &'static str {
    match name {
        "values" => "values from a file or address; may be repeated",
        "set" => "a value, as path=value[,path=value]",
        "set-string" => "a value that stays text",
        "set-json" => "a value as JSON",
        "set-file" => "a value from a file's content",
        "set-literal" => "a value taken as it stands",
        "namespace" => "namespace of the release",
        "kubeconfig" => "path of the kubeconfig file",
        "kube-context" => "context of the kubeconfig",
        "debug" => "tell more on standard error",
        "output" => "format of the output: table, json or yaml",
        "wait" => "wait until all objects are ready: watcher, hookOnly or legacy",
        "timeout" => "how long to wait for Kubernetes, e.g. 5m30s",
        "version" => "version or range of the chart",
        "context" => "lines shown around a change",
        "crds" => "what becomes of the definitions in crds/: skip, create or apply",
        "detailed-exitcode" => "end with 2 where something differs",
        "show-secrets" => "show what Secrets hold",
        "dry-run" => "only show what would happen: client or server",
        _ => "",
    }
}
