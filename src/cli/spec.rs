//! The shape of the command table.

/// One command, by its path without the program's name (`get values`; the root is "").
#[derive(Debug)]
pub struct Command {
    /// Words that call it.
    pub path: &'static str,
    /// The usage line without the program's name.
    pub usage: &'static str,
    /// Other last words for it.
    pub aliases: &'static [&'static str],
    /// How many arguments it takes.
    pub args: Args,
    /// Whether it does something itself; a group only shows help.
    pub runnable: bool,
    /// Not shown in help.
    pub hidden: bool,
    /// Groups of flags of which only one may be given, names parted by spaces.
    pub exclusive: &'static [&'static str],
    /// Its own flags.
    pub flags: &'static [Flag],
}

/// How many arguments a command takes, with the words of Helm's refusal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Args {
    /// Any number.
    Any,
    /// None.
    None,
    /// Just so many.
    Exact(usize),
    /// No more.
    AtMost(usize),
    /// No fewer.
    AtLeast(usize),
}

/// One flag.
#[derive(Debug)]
pub struct Flag {
    /// Long name.
    pub name: &'static str,
    /// One letter, or "".
    pub short: &'static str,
    /// How its value is read.
    pub ty: Ty,
    /// pflag's name of the type, for help.
    pub kind: &'static str,
    /// The default as pflag prints it; `{{HOME}}` stands for the home directory.
    pub default: &'static str,
    /// The value when the flag stands without one; "" where a value must follow.
    pub no_opt: &'static str,
    /// Not shown in help.
    pub hidden: bool,
    /// What to use instead; printed when the flag is used.
    pub deprecated: &'static str,
}

/// How a flag's value is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Ty {
    Bool,
    String,
    /// Repeatable, each value whole.
    StringArray,
    /// Repeatable, each value a comma list (CSV).
    StringSlice,
    /// Repeatable `a=b,c=d`.
    StringMap,
    Int,
    Uint,
    Float,
    /// `1m30s`
    Duration,
    /// `table`, `json`, `yaml`
    Format,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A wait strategy.
    Wait,
    /// klog's verbosity: 0, 1, 2 ...
    Level,
    /// klog's severity, by number or name.
    Severity,
    /// klog's verbosity by file: `pattern=N,…`
    Modules,
    /// klog's line of code: `file.go:234`
    Trace,
}

impl Args {
    /// Helm's refusal for so many arguments, if it refuses (`pkg/cmd/require`).
    pub fn refuse(self, count: usize, program: &str, c: &Command) -> Option<String> {
        let plural = |n: usize| if n == 1 { "argument" } else { "arguments" };
        let what = match self {
            Args::None if count > 0 => "accepts no arguments".to_owned(),
            Args::Exact(n) if count != n => format!("requires {n} {}", plural(n)),
            Args::AtMost(n) if count > n => format!("accepts at most {n} {}", plural(n)),
            Args::AtLeast(n) if count < n => format!("requires at least {n} {}", plural(n)),
            _ => return None,
        };
        Some(format!("\"{program} {}\" {what}\n\nUsage:  {program} {}", c.path, c.usage))
    }
}
