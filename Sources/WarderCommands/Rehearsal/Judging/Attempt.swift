import WarderModel
import WarderWire

/// Something that was tried, what the vault answered, and what is right.
struct Attempt {
    /// Half a sentence.
    let tried: String
    /// Several where one trick was tried at several doors: each has to be right.
    let replies: [Reply]
    let answer: RightAnswer
    let record: RightRecord

    /// Something that must be refused, and written down by the request that asked for it.
    static func refused(
        _ tried: String,
        _ reply: Reply,
        _ status: Int,
        _ code: ErrorCode,
        _ event: EventPattern
    ) -> Attempt {
        Attempt(tried: tried, replies: [reply], answer: .refused(status, code), record: .event(event))
    }

    /// An honest call: where everything is refused, nothing was shown.
    static func served(_ tried: String, _ reply: Reply, value: String, _ event: EventPattern) -> Attempt {
        Attempt(tried: tried, replies: [reply], answer: .value(value), record: .event(event))
    }

    /// A call about which people are asked first.
    static func waits(
        _ tried: String,
        _ reply: Reply,
        besides known: Set<String>,
        _ event: EventPattern
    ) -> Attempt {
        Attempt(tried: tried, replies: [reply], answer: .waits(besides: known), record: .event(event))
    }

    /// A call about which people are being asked already.
    static func waits(_ tried: String, _ reply: Reply, for approval: String, _ event: EventPattern) -> Attempt {
        Attempt(tried: tried, replies: [reply], answer: .waitsStill(approval), record: .event(event))
    }
}

/// What the vault has to answer.
enum RightAnswer {
    case refused(Int, ErrorCode)
    /// The value, and no other.
    case value(String)
    /// A token.
    case token
    /// That people are asked: by another approval than those.
    case waits(besides: Set<String>)
    /// That people are being asked: by that very approval.
    case waitsStill(String)
    /// That a name cannot be, without a word of it.
    case misspelt(String)
}

/// What the log has to say.
enum RightRecord {
    case event(EventPattern)
    /// So many requests of a user, counted together: nobody can fill the disk by being turned away.
    case counted(Action, uid: UInt32, atLeast: Int)
    /// That a request of a user could not be understood, counted with all others of theirs. No question was put, so that
    /// nothing was decided, and the name must not stand in it.
    case malformed(uid: UInt32, unquoted: String)
}

/// What an event has to say. It is found by the request's id, which every refusal names, and else by the token or the
/// approval.
struct EventPattern {
    var action: Action
    /// Why it was refused; `nil` where it was allowed.
    var refusal: Refusal?
    /// `server/tool`.
    var tool: String?
    var secret: String?
    /// Accessor.
    var token: String?
    var approval: String?

    init(
        _ action: Action,
        _ refusal: Refusal? = nil,
        tool: String? = nil,
        secret: String? = nil,
        token: String? = nil,
        approval: String? = nil
    ) {
        self.action = action
        self.refusal = refusal
        self.tool = tool
        self.secret = secret
        self.token = token
        self.approval = approval
    }
}
