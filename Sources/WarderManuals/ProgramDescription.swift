/// What a program says about itself with `--experimental-dump-help`: the parts that a manual page needs.
///
/// The rest is ignored, so that a later version of the argument parser may say more.
struct ProgramDescription: Decodable {
    struct Command: Decodable {
        var commandName: String
        var abstract: String?
        var discussion: String?
        var shouldDisplay: Bool
        var arguments: [Argument]?
        var subcommands: [Command]?
    }

    struct Argument: Decodable {
        enum Kind: String, Decodable {
            case positional, option, flag
        }

        struct Name: Decodable {
            enum Kind: String, Decodable {
                case long, short, longWithSingleDash
            }

            var kind: Kind
            var name: String
        }

        var kind: Kind
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var preferredName: Name?
        var valueName: String?
        var abstract: String?
        var defaultValue: String?
        var allValues: [String]?
    }

    var command: Command
}

extension ProgramDescription.Argument.Name {
    /// As it is typed.
    var spelling: String { kind == .long ? "--\(name)" : "-\(name)" }
}
