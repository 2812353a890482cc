# Nushell completion for {{PROGRAM}}: asks the program itself; other commands keep the completer that they had.
$env.config.completions.external.enable = true
$env.config.completions.external.completer = do {
    let before = $env.config.completions.external.completer?
    {|spans|
        if ($spans | first) != '{{PROGRAM}}' {
            if $before == null { null } else { do $before $spans }
        } else {
            let out = (^{{PROGRAM}} {{REQUEST}} ...($spans | skip 1) | complete | get stdout | lines)
            let directive = ($out | last | str trim --left --char ':' | into int)
            let word = ($spans | last)
            # candidates for --flag=VALUE are values alone
            let flag = ($word | parse --regex '^(?<flag>-[^=]*=)' | get flag | append '' | first)
            let found = ($out | drop 1 | where {|line| $line != '' and not ($line starts-with '_activeHelp_')} | each {|line|
                let parts = ($line | split row --number 2 "\t")
                { value: $"($flag)($parts.0)", description: ($parts | get --optional 1 | default '') }
            } | where {|c| $c.value starts-with $word})
            # nothing at all lets Nushell offer files
            if ($found | is-empty) and ($directive mod 8) < 4 { null } else { $found }
        }
    }
}
