# fish completion for gpcs and pcs: the program itself says what may follow,
# files where it says nothing.
function __gpcs_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lengths
    for word in $words
        set -a lengths (string length -- "$word")
    end
    set -l names (env COMP_WORDS="$words" COMP_LENGTHS="$lengths" COMP_CWORD=(math (count $words) - 1) \
        PCS_AUTO_COMPLETE=1 gpcs 2>/dev/null)
    if set -q names[1]
        printf '%s\n' $names
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c gpcs -f -a '(__gpcs_complete)'
complete -c pcs -f -a '(__gpcs_complete)'
