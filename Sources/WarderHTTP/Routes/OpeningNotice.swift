import Logging
import WarderCore
import WarderModel

/// What the daemon's own log says of opening and closing the vault: whoever watches a sealed machine has no other.
/// Numbers and reasons, never names or secrets.
extension Exchange {
    /// Notes that it was done, or refused. Who has to wait is not noted again: the try before was.
    func note<Value>(_ outcome: Result<Value, Refusal>, done: String, refused: String) {
        var metadata: Logger.Metadata = [:]
        if let peer = caller.peer {
            metadata["uid"] = "\(peer.uid)"
            metadata["pid"] = "\(peer.pid)"
        }
        switch outcome {
        case .success:
            context.logger.info("\(done)", metadata: metadata)
            QuarantineNotice.say(of: vault, to: context.logger)
            LossNotice.say(of: vault, to: context.logger)
        case .failure(.throttled): break
        case .failure(let reason):
            metadata["reason"] = "\(reason.rawValue)"
            context.logger.warning("\(refused)", metadata: metadata)
        }
    }
}
