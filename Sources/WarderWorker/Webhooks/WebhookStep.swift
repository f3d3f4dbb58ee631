import Glibc
import SecretMemory
import UpstreamAddresses
import UpstreamSecurity
import WarderConfiguration
import WarderCrypto
import WarderLinux
import WarderWire

/// Posts a notice to the receiver that the configuration names, once.
struct WebhookStep {
    private let address: WebhookAddress
    private let webhook: DaemonConfiguration.Webhook

    /// `nil` where the configuration names no receiver.
    init?(_ webhook: DaemonConfiguration.Webhook) {
        guard let address = webhook.address else { return nil }
        self.address = address
        self.webhook = webhook
    }

    /// Posts it, within `timeout` and what the configuration allows. Nothing but the status of the answer counts, and
    /// nothing else of it is kept.
    ///
    /// - Throws: `StepFault` unless the receiver said that it has it.
    func post(_ notice: SecretBytes, id: String, timeout: Duration) throws(StepFault) {
        let key = try self.key()
        let security = try self.security()
        let request = try WebhookRequest(
            unsafe notice.withUnsafeBytes { unsafe Array($0) },
            id: id,
            to: address,
            key: key,
            at: time(nil)
        )
        do throws(WebhookFault) {
            try WebhookExchange.post(
                request,
                to: address.origin,
                security,
                within: max(.seconds(1), min(timeout, webhook.timeout))
            )
        } catch {
            throw StepFault(.failed, "\(error)", retry: true)
        }
    }

    private func key() throws(StepFault) -> HMACSHA256Key {
        // The configuration is refused where it has none.
        guard let path = webhook.key else { throw StepFault(.failed, "the webhook has no key", retry: false) }
        return try WebhookKey.read(path)
    }

    private func security() throws(StepFault) -> UpstreamSecurity {
        do {
            // Everybody may read it; whoever could write it could be the receiver.
            if let ca = webhook.ca { try FileTrust.check(file: ca, maximumMode: 0o755) }
            return try UpstreamSecurity(address.origin, authorities: webhook.ca)
        } catch let error as FileTrustError {
            throw StepFault(.failed, "the webhook is not called: \(error) (\(error.remedy))", retry: false)
        } catch {
            throw StepFault(
                .failed,
                "the webhook is not called: notices.webhook_ca has no certificates in PEM",
                retry: false
            )
        }
    }
}
