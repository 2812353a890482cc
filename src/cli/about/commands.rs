//! Each command's line, what more there is to say about it, and examples.

/// A path, its short line, more about it, examples.
type Entry = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// All commands that have texts.
#[rustfmt::skip]
pub const ALL: &[Entry] = &[
    ("", "Packages, renders and installs Kubernetes applications",
     "A chart describes an application, a release is a chart installed under a name, a revision is one state of a release.\n\n\
      Environment variables:\n\
      \x20 HELM_NAMESPACE, KUBECONFIG, HELM_KUBECONTEXT   which cluster and namespace to work in\n\
      \x20 HELM_DRIVER                                    where releases are kept: secret, configmap, memory or sql\n\
      \x20 HELM_CACHE_HOME, HELM_CONFIG_HOME, HELM_DATA_HOME, HELM_PLUGINS   folders\n\
      \x20 HELM_DEBUG, HELM_COLOR, NO_COLOR               how much is told, and whether in colour\n\n\
      `{program} env` lists all of them with the values in force.",
     &["create web", "template web ./web", "install web ./web --wait", "upgrade web ./web -f prod.yaml", "diff upgrade web ./web", "rollback web"]),

    ("completion", "Print a completion script for a shell",
     "The script asks the program itself what may come next: commands, flags, releases, charts, versions, namespaces.",
     &["completion bash", "completion zsh"]),
    ("completion bash", "Print the completion script for bash",
     "Completion works from the next shell on; for this one, source the script.",
     &["completion bash > /etc/bash_completion.d/helm", "completion bash > ~/.local/share/bash-completion/completions/helm"]),
    ("completion fish", "Print the completion script for fish", "", &["completion fish > ~/.config/fish/completions/helm.fish"]),
    ("completion powershell", "Print the completion script for PowerShell",
     "Put the line into $PROFILE to have it in every session.", &["completion powershell | Out-String | Invoke-Expression"]),
    ("completion zsh", "Print the completion script for zsh",
     "The folder must be one of $fpath, and compinit must run after it.", &["completion zsh > \"${fpath[1]}/_helm\""]),
    ("completion nushell", "Print the completion script for Nushell",
     "It sets an external completer that hands all other commands on to the one that was there.",
     &["completion nushell > ~/.config/nushell/autoload/helm.nu"]),

    ("create", "Start a new chart in a folder",
     "The chart holds a Deployment with what usually stands around it, ready to be installed and changed. Files that are \
      there are overwritten. A starter is a chart whose files are copied, with <CHARTNAME> replaced by the new name.",
     &["create web", "create web --starter ./my-starter"]),

    ("dependency", "Look after the charts that a chart depends on",
     "Chart.yaml names them under `dependencies`, with a version or range and a repository: http(s)://, oci://, file:// or \
      @name of an added one. They are kept in charts/, and Chart.lock tells which versions were chosen.", &[]),
    ("dependency build", "Fill charts/ as Chart.lock says", "Without a Chart.lock it does what `dependency update` does.", &["dependency build ./web"]),
    ("dependency list", "List a chart's dependencies and whether they are there", "", &["dependency list ./web"]),
    ("dependency update", "Resolve Chart.yaml's dependencies, fill charts/ and write Chart.lock", "", &["dependency update ./web"]),

    ("docs", "Write the documentation of all commands into files", "One file a command: Markdown for a site, or man pages.",
     &["docs --dir site", "docs --type man --dir /usr/local/share/man/man1"]),
    ("env", "Show the settings in force", "Flags and environment variables are taken into account.", &["env", "env HELM_PLUGINS", "env HELM_NAMESPACE --kube-context test"]),

    ("get", "Show parts of a release", "", &[]),
    ("get all", "Show everything about a release", "", &["get all web", "get all web --revision 3"]),
    ("get hooks", "Show a release's hooks", "", &["get hooks web"]),
    ("get manifest", "Show a release's manifest", "", &["get manifest web", "get manifest web --revision 2 | kubectl diff -f -"]),
    ("get metadata", "Show a release's metadata: chart, versions, labels, times", "", &["get metadata web -o yaml"]),
    ("get notes", "Show a release's notes", "", &["get notes web"]),
    ("get values", "Show a release's values", "Those that were given; with --all, those that the templates saw.", &["get values web", "get values web --all -o json"]),

    ("help", "Show help for a command", "", &["help install", "help repo add"]),
    ("history", "List a release's revisions", "", &["history web --max 5", "history web -o json"]),
    ("install", "Install a chart as a new release",
     "A chart is a folder, an archive, an address (https:// or oci://), or repository/name. Values come from the chart, \
      then -f files, then the --set flags; later ones win.",
     &["install web ./web", "install web ./web -f prod.yaml --set image.tag=1.2 --wait", "install web oci://registry.example.com/charts/web --version 1.2.3",
       "install --generate-name ./web", "install web ./web --dry-run=server"]),
    ("lint", "Look for mistakes in a chart", "Ends with 1 where there are errors; with --strict, where there are warnings, too.",
     &["lint ./web", "lint ./web --strict -f prod.yaml"]),
    ("list", "List releases", "Deployed and failed ones of one namespace, by name, at most 256; flags change each of these.",
     &["list", "list -A -o json", "list --filter '^web-' --pending", "list --selector team=web"]),
    ("package", "Pack a chart folder into an archive", "", &["package ./web", "package ./web --version 1.2.3 -d dist", "package ./web --sign --key me@example.com"]),

    ("plugin", "Look after plugins", "Plugins add commands, protocols of addresses, and post-renderers.", &[]),
    ("plugin install", "Install a plugin from a path or address", "A folder, an archive, a git repository, or an oci:// address.",
     &["plugin install ./my-plugin", "plugin install https://github.com/databus23/helm-diff --version v3.9.0"]),
    ("plugin list", "List installed plugins", "", &["plugin list"]),
    ("plugin package", "Pack a plugin folder into an archive", "", &["plugin package ./my-plugin --sign=false"]),
    ("plugin uninstall", "Remove plugins", "", &["plugin uninstall diff"]),
    ("plugin update", "Update plugins", "", &["plugin update diff"]),
    ("plugin verify", "Check a plugin's signature", "", &["plugin verify my-plugin-0.1.0.tgz"]),

    ("pull", "Download a chart", "The archive lands in the current folder, or below --destination; --untar unpacks it.",
     &["pull oci://registry.example.com/charts/web --version 1.2.3", "pull example/web --untar"]),
    ("push", "Upload a chart to a registry", "", &["push web-1.2.3.tgz oci://registry.example.com/charts"]),
    ("registry", "Log in to registries and out of them", "", &[]),
    ("registry login", "Log in to a registry", "Asks for what is not given.", &["registry login registry.example.com -u me --password-stdin"]),
    ("registry logout", "Log out of a registry", "", &["registry logout registry.example.com"]),

    ("repo", "Look after chart repositories", "", &[]),
    ("repo add", "Add a chart repository", "", &["repo add example https://charts.example.com", "repo add example https://charts.example.com --username me --password-stdin"]),
    ("repo index", "Write an index of the charts in a folder", "", &["repo index dist --url https://charts.example.com", "repo index dist --merge old/index.yaml"]),
    ("repo list", "List chart repositories", "", &["repo list", "repo list -o json"]),
    ("repo remove", "Remove chart repositories", "", &["repo remove example"]),
    ("repo update", "Refresh the indexes of chart repositories", "All of them, or those that are named.", &["repo update", "repo update example"]),

    ("rollback", "Bring back an earlier revision of a release", "The one before the newest, if none is named. It becomes a new revision.", &["rollback web", "rollback web 3 --wait"]),
    ("search", "Search for charts", "", &[]),
    ("search hub", "Search Artifact Hub", "", &["search hub nginx", "search hub nginx -o json --list-repo-url"]),
    ("search repo", "Search the added repositories", "Works on the downloaded indexes: `{program} repo update` refreshes them. Of a repository in a registry (oci://) it shows the versions that lie there now.",
     &["search repo nginx", "search repo oci://registry.example.com/charts/web --versions", "search repo nginx --versions --version '>=1.2'", "search repo --regexp '^example/'"]),

    ("show", "Show what a chart holds", "", &[]),
    ("show all", "Show a chart's definition, values, README and CRDs", "", &["show all ./web"]),
    ("show chart", "Show a chart's definition", "", &["show chart ./web", "show chart oci://registry.example.com/charts/web"]),
    ("show crds", "Show a chart's CRDs", "", &["show crds ./web"]),
    ("show readme", "Show a chart's README", "", &["show readme ./web"]),
    ("show values", "Show a chart's default values", "", &["show values ./web > my-values.yaml", "show values ./web --jsonpath {.image}"]),

    ("show versions", "Show the versions of a chart", "The newest comes first. Pre-releases are shown with --devel or a --version that allows them.",
     &["show versions example/web", "show versions oci://registry.example.com/charts/web --version ^1.2", "show versions web --repo https://charts.example.com -o json"]),

    ("status", "Show the state of a release", "", &["status web", "status web -o json"]),
    ("template", "Render a chart without a cluster",
     "Nothing is installed, and no cluster is asked unless --dry-run=server says so: name the version and the APIs to \
      render for with --kube-version and --api-versions.",
     &["template web ./web", "template web ./web -f prod.yaml -s templates/deployment.yaml", "template web ./web --kube-version 1.33 --include-crds", "template web ./web --output-dir rendered"]),
    ("test", "Run a release's tests", "", &["test web --logs", "test web --filter name=web-login"]),
    ("uninstall", "Remove a release", "", &["uninstall web", "uninstall web --keep-history --wait"]),
    ("upgrade", "Bring a release to a new state of its chart",
     "Values of the last revision are used again where none are given; --reset-values, --reuse-values and \
      --reset-then-reuse-values say it more exactly.",
     &["upgrade web ./web", "upgrade --install web ./web -f prod.yaml --rollback-on-failure", "upgrade web ./web --reuse-values --set image.tag=1.3"]),
    ("verify", "Check an archive against its signature", "The provenance file is expected beside it: web-1.2.3.tgz.prov.", &["verify web-1.2.3.tgz", "verify web-1.2.3.tgz --keyring keys.gpg"]),
    ("version", "Show the version", "Called as helm it answers as Helm does; under its own name it tells which Helm it stands in for.",
     &["version", "version --short", "version --template {{.Version}}"]),

    ("outdated", "Show what has newer versions",
     "Looks at the dependencies of a chart, or with --releases at what is installed. CURRENT is what is locked or installed, \
      ALLOWED the newest version that Chart.yaml allows, LATEST the newest there is. Indexes of added repositories are taken as they \
      were downloaded: `{program} repo update` refreshes them. A release is looked for in all of them under its chart's name.",
     &["outdated ./web", "outdated --releases -A", "outdated ./web --all -o json"]),

    ("unlock", "Free a release whose operation was cut off",
     "The record of the operation is closed as failed, after which the release can be upgraded, rolled back or \
      uninstalled. Commands do so by themselves when the process that held the release is provably gone. A release whose \
      holder is at work is only freed with --force; that process then stops.",
     &["unlock web"]),

    ("diff", "Show what would change, or what changed", "", &[]),
    ("diff upgrade", "Compare a release with what an upgrade would make of it", "", &["diff upgrade web ./web -f prod.yaml"]),
    ("diff rollback", "Compare a release with what a rollback would make of it", "", &["diff rollback web 2"]),
    ("diff revision", "Compare two revisions of a release", "", &["diff revision web 2 3"]),
    ("diff release", "Compare two releases", "", &["diff release web-blue web-green"]),
];
