# fish completion for {{PROGRAM}}: asks the program itself.

# Asks, and keeps the candidates; fails where fish shall offer files.
function __{{PROGRAM}}_ask
    set -g __{{PROGRAM}}_candidates
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l out ($words[1] {{REQUEST}} $words[2..-1] $word 2>/dev/null)
    or return 1
    set -l directive (string replace ':' '' -- $out[-1])
    # candidates for --flag=VALUE are values alone
    set -l flag (string match -r -- '^-[^=]*=' $word)
    for line in $out[1..-2]
        if test -n "$line"; and not string match -q '_activeHelp_*' -- $line
            set -a __{{PROGRAM}}_candidates "$flag$line"
        end
    end
    # 8 and 16: the candidates say which files
    if test (math "bitand($directive, 24)") -ne 0
        set -g __{{PROGRAM}}_candidates
        return 1
    end
    set -q __{{PROGRAM}}_candidates[1]; or test (math "bitand($directive, 4)") -ne 0
end

complete -c {{PROGRAM}} -e
complete -c {{PROGRAM}} -n __{{PROGRAM}}_ask -f -k -a '$__{{PROGRAM}}_candidates'
