package io.polywire.hemi.api;

import io.polywire.hemi.message.ByteSlice;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.hemi.message.Wire;
import java.math.BigInteger;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The API {@code bssapi}: payouts, keystones and their finality. */
public final class Bss {
    /** All its commands. */
    public static final CommandSet COMMANDS = CommandSet.of("bssapi")
            .with("bssapi-pop-payout", PopPayoutRequest.class, PopPayoutResponse.class)
            .with("bssapi-l2-keystone", L2KeystoneRequest.class, L2KeystoneResponse.class)
            .with(
                    "bssapi-btc-finality-by-recent-keystones",
                    BtcFinalityByRecentKeystonesRequest.class,
                    BtcFinalityByRecentKeystonesResponse.class)
            .with(
                    "bssapi-btc-finality-by-keystones",
                    BtcFinalityByKeystonesRequest.class,
                    BtcFinalityByKeystonesResponse.class)
            .withNotification("bssapi-btc-finality", BtcFinalityNotification.class)
            .withNotification("bssapi-btc-new-block", BtcNewBlockNotification.class);

    private Bss() {}

    /**
     * {@code bssapi-pop-payout-request}.
     *
     * @param popDifficultyNumerator 64 bits without sign, 0 for none
     * @param popDifficultyDenominator likewise
     */
    public record PopPayoutRequest(
            @Wire("l2_block_for_payout") ByteSlice l2BlockForPayout,
            @Wire(unsigned = 64, omitEmpty = true) long popDifficultyNumerator,
            @Wire(unsigned = 64, omitEmpty = true) long popDifficultyDenominator) {}

    /**
     * {@code bssapi-pop-payout-response}.
     *
     * @param popScore 64 bits without sign, 0 for none
     */
    public record PopPayoutResponse(
            @Wire("pop_payouts") List<PopPayout> popPayouts,

            @Wire(value = "pop_score", unsigned = 64, omitEmpty = true)
            long popScore,

            @Nullable ProtocolError error) {}

    /**
     * What one miner gets.
     *
     * @param minerAddress {@code 0x} and 40 hexadecimal digits; empty stands for the zero address
     * @param amount in the smallest unit; may be beyond 64 bits
     */
    public record PopPayout(@Wire("miner_address") String minerAddress, BigInteger amount) {
        private static final String ZERO = "0x" + "0".repeat(40);
        private static final Pattern ADDRESS = Pattern.compile("0[xX][0-9a-fA-F]{40}");

        public PopPayout {
            if (minerAddress.isEmpty()) {
                minerAddress = ZERO;
            } else if (!ADDRESS.matcher(minerAddress).matches()) {
                throw new IllegalArgumentException("miner_address must be 0x and 40 hexadecimal digits");
            }
        }
    }

    /** {@code bssapi-l2-keystone-request}. */
    public record L2KeystoneRequest(@Wire("L2Keystone") L2Keystone l2Keystone) {}

    /** {@code bssapi-l2-keystone-response}. */
    public record L2KeystoneResponse(@Nullable ProtocolError error) {}

    /** How final the keystone of a block is in Bitcoin. */
    public record L2BtcFinality(
            @Wire("l2_keystone") L2Keystone l2Keystone,
            @Wire("btc_pub_height") long btcPubHeight,
            @Wire("btc_pub_header_hash") ByteSlice btcPubHeaderHash,
            @Wire("btc_finality") int btcFinality) {}

    /** {@code bssapi-btc-finality-by-recent-keystones-request}. */
    public record BtcFinalityByRecentKeystonesRequest(
            @Wire(value = "num_recent_keystones", unsigned = 32)
            long numRecentKeystones) {}

    /** {@code bssapi-btc-finality-by-recent-keystones-response}. */
    public record BtcFinalityByRecentKeystonesResponse(
            @Wire("l2_btc_finalities") List<L2BtcFinality> l2BtcFinalities,
            @Nullable ProtocolError error) {}

    /** {@code bssapi-btc-finality-by-keystones-request}. */
    public record BtcFinalityByKeystonesRequest(
            @Wire("l2_keystones") List<L2Keystone> l2Keystones) {}

    /** {@code bssapi-btc-finality-by-keystones-response}. */
    public record BtcFinalityByKeystonesResponse(
            @Wire("l2_btc_finalities") List<L2BtcFinality> l2BtcFinalities,
            @Nullable ProtocolError error) {}

    /** {@code bssapi-btc-finality-notification}: finalities have changed. */
    public record BtcFinalityNotification() {}

    /** {@code bssapi-btc-new-block-notification}: there is a new block. */
    public record BtcNewBlockNotification() {}
}
