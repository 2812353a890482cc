# fish completion for {{PROGRAM}}: asks the program itself.
function __{{PROGRAM}}_ask
    set -l words (commandline -opc) (commandline -ct)
    set -l out ($words[1] __complete $words[2..-1] 2>/dev/null)
    set -g __{{PROGRAM}}_directive (string replace ':' '' -- $out[-1])
    for line in $out[1..-2]
        string match -q '_activeHelp_*' -- $line; or echo $line
    end
end
function __{{PROGRAM}}_files
    __{{PROGRAM}}_ask >/dev/null
    test (math "bitand($__{{PROGRAM}}_directive, 4)") -eq 0
end
complete -c {{PROGRAM}} -e
complete -c {{PROGRAM}} -f -a '(__{{PROGRAM}}_ask)'
complete -c {{PROGRAM}} -F -n '__{{PROGRAM}}_files'
