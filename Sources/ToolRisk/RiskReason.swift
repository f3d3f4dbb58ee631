/// One thing that speaks for a verdict.
///
/// Words in it come from the rules' own lists, so that a sentence never quotes a server.
package enum RiskReason: Hashable, Sendable {
    /// Where a word stands.
    package enum Place: String, Sendable {
        case name, path, description
        case scopes = "OAuth scopes"
    }

    // Why it is taken to read.
    case nameReads(String)
    case descriptionReads(String)
    case safeMethod(String)
    case actionsRead
    case writesNothing

    // Why it is taken to write.
    case writes(Place, String)
    case unsafeMethod(String)
    case actionsWrite(String)
    case flagWrites(String)
    case anyRequest
    case statement
    case savesToFile
    case signsIn
    case consumes
    case scopeWrites(String)
    case lasting
    case hintNotReadOnly
    case hintDestructive
    case referenceMissing
    case unknown

    // Why it is worse than that.
    case destroys(String)
    case movesMoney
    case aboutMoney
    case changesAuthority(String)
    case administers(String)
    case executes
    case opensDoor(String)
    case givesCredentials
}

extension RiskReason: CustomStringConvertible {
    /// One sentence for a person.
    package var description: String {
        switch self {
        case .nameReads(let verb): "Its name says “\(verb)”, which only looks."
        case .descriptionReads(let verb): "Its description begins with “\(verb)”, which only looks."
        case .safeMethod(let method): "It is a \(method) request, which HTTP means for looking."
        case .actionsRead: "Every action that it can be asked for only looks."
        case .writesNothing: "Nothing in its names, arguments or description says that it changes something."
        case .writes(let place, let verb):
            place == .scopes
                ? "Its OAuth scopes say “\(verb)”, which changes something."
                : "Its \(place.rawValue) says “\(verb)”, which changes something."
        case .unsafeMethod(let method): "It is a \(method) request, which HTTP means for changes."
        case .actionsWrite(let verb):
            "One of the actions that it can be asked for is “\(verb)”, which changes something."
        case .flagWrites(let word): "One of its arguments says “\(word)”, which is of use only where something changes."
        case .anyRequest: "It sends any request that it is given, with any method."
        case .statement: "It runs statements that it is given, and a statement can change anything."
        case .savesToFile: "It saves what it gets to a file."
        case .signsIn: "It is a step of signing in, which starts or ends a session."
        case .consumes: "It reads from a queue, and what one has read the next one does not get."
        case .scopeWrites(let verb): "The only access that suffices for it is one to “\(verb)”."
        case .lasting: "Its description says that its effect lasts or cannot be undone."
        case .hintNotReadOnly: "Its own annotations say that it does not only read."
        case .hintDestructive: "Its own annotations say that it destroys."
        case .referenceMissing:
            "A part of its schema is only referred to and not there, and what is unknown counts as a change."
        case .unknown: "Nothing says that it only reads, and what is unknown counts as a change."
        case .destroys(let verb): "“\(verb)”: what is gone afterwards may not come back."
        case .movesMoney: "It moves money."
        case .aboutMoney: "It changes something about money."
        case .changesAuthority(let noun): "It changes who may do what (“\(noun)”)."
        case .administers(let noun): "It changes what administrators look after (“\(noun)”)."
        case .executes: "It runs programs or commands that it is given."
        case .opensDoor(let noun): "It opens a way into a running machine (“\(noun)”)."
        case .givesCredentials: "Its answer is a credential, which opens other things."
        }
    }
}

extension RiskReason {
    /// With words of the rules alone: a verb that was recognised by its ending is the server's.
    var inOwnWords: RiskReason {
        switch self {
        case .writes(let place, let verb): .writes(place, Lexicon.shown(verb))
        case .actionsWrite(let verb): .actionsWrite(Lexicon.shown(verb))
        default: self
        }
    }
}
