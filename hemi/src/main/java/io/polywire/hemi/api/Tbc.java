package io.polywire.hemi.api;

import io.polywire.hemi.message.ByteSlice;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.hemi.message.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The API {@code tbcapi}: blocks, balances and transactions of Bitcoin. Hashes are in reversed octet order. */
public final class Tbc {
    /** All its commands. */
    public static final CommandSet COMMANDS = CommandSet.of("tbcapi")
            .with(
                    "tbcapi-block-headers-by-height-raw",
                    BlockHeadersByHeightRawRequest.class,
                    BlockHeadersByHeightRawResponse.class)
            .with(
                    "tbcapi-block-headers-by-height",
                    BlockHeadersByHeightRequest.class,
                    BlockHeadersByHeightResponse.class)
            .with("tbcapi-block-header-best-raw", BlockHeaderBestRawRequest.class, BlockHeaderBestRawResponse.class)
            .with("tbcapi-block-header-best", BlockHeaderBestRequest.class, BlockHeaderBestResponse.class)
            .with("tbcapi-balance-by-address", BalanceByAddressRequest.class, BalanceByAddressResponse.class)
            .with("tbcapi-utxos-by-address-raw", UtxosByAddressRawRequest.class, UtxosByAddressRawResponse.class)
            .with("tbcapi-utxos-by-address", UtxosByAddressRequest.class, UtxosByAddressResponse.class)
            .with("tbcapi-tx-by-id-raw", TxByIdRawRequest.class, TxByIdRawResponse.class)
            .with("tbcapi-tx-by-id", TxByIdRequest.class, TxByIdResponse.class);

    private Tbc() {}

    /** {@code tbcapi-block-headers-by-height-raw-request}. */
    public record BlockHeadersByHeightRawRequest(
            @Wire(unsigned = 32) long height) {}

    /**
     * {@code tbcapi-block-headers-by-height-raw-response}.
     *
     * @param blockHeaders 80 octets each
     */
    public record BlockHeadersByHeightRawResponse(
            @Wire("block_headers") List<ByteSlice> blockHeaders,
            @Nullable ProtocolError error) {}

    /** {@code tbcapi-block-headers-by-height-request}. */
    public record BlockHeadersByHeightRequest(
            @Wire(unsigned = 32) long height) {}

    /** {@code tbcapi-block-headers-by-height-response}. */
    public record BlockHeadersByHeightResponse(
            @Wire("block_headers") List<BlockHeader> blockHeaders,
            @Nullable ProtocolError error) {}

    /** {@code tbcapi-block-header-best-raw-request}. */
    public record BlockHeaderBestRawRequest() {}

    /** {@code tbcapi-block-header-best-raw-response}. */
    public record BlockHeaderBestRawResponse(
            @Wire(unsigned = 64) long height,
            @Wire("block_header") ByteSlice blockHeader,
            @Nullable ProtocolError error) {}

    /** {@code tbcapi-block-header-best-request}. */
    public record BlockHeaderBestRequest() {}

    /** {@code tbcapi-block-header-best-response}. */
    public record BlockHeaderBestResponse(
            @Wire(unsigned = 64) long height,
            @Wire("block_header") @Nullable BlockHeader blockHeader,
            @Nullable ProtocolError error) {}

    /** {@code tbcapi-balance-by-address-request}. */
    public record BalanceByAddressRequest(String address) {}

    /**
     * {@code tbcapi-balance-by-address-response}.
     *
     * @param balance in satoshis
     */
    public record BalanceByAddressResponse(
            @Wire(unsigned = 64) long balance, @Nullable ProtocolError error) {}

    /** {@code tbcapi-utxos-by-address-raw-request}: {@code count} outputs from {@code start} on. */
    public record UtxosByAddressRawRequest(
            String address,
            @Wire(unsigned = 64) long start,
            @Wire(unsigned = 64) long count) {}

    /** {@code tbcapi-utxos-by-address-raw-response}. */
    public record UtxosByAddressRawResponse(
            List<ByteSlice> utxos, @Nullable ProtocolError error) {}

    /** {@code tbcapi-utxos-by-address-request}: {@code count} outputs from {@code start} on. */
    public record UtxosByAddressRequest(
            String address,
            @Wire(unsigned = 64) long start,
            @Wire(unsigned = 64) long count) {}

    /** {@code tbcapi-utxos-by-address-response}. */
    public record UtxosByAddressResponse(
            List<Utxo> utxos, @Nullable ProtocolError error) {}

    /** {@code tbcapi-tx-by-id-raw-request}. */
    public record TxByIdRawRequest(@Wire("tx_id") ByteSlice txId) {}

    /** {@code tbcapi-tx-by-id-raw-response}. */
    public record TxByIdRawResponse(
            ByteSlice tx, ByteSlice hash, @Nullable ProtocolError error) {}

    /** {@code tbcapi-tx-by-id-request}. */
    public record TxByIdRequest(@Wire("tx_id") ByteSlice txId) {}

    /** {@code tbcapi-tx-by-id-response}. */
    public record TxByIdResponse(
            @Nullable Tx tx, ByteSlice hash, @Nullable ProtocolError error) {}

    /**
     * A block's header.
     *
     * @param timestamp Unix time in seconds
     * @param bits hexadecimal without padding, for example {@code 192e17d5}
     */
    public record BlockHeader(
            int version,
            @Wire("prev_hash") ByteSlice prevHash,
            @Wire("merkle_root") ByteSlice merkleRoot,
            long timestamp,
            String bits,
            @Wire(unsigned = 32) long nonce) {}

    /** An output that is not spent yet. */
    public record Utxo(
            @Wire("tx_id") ByteSlice txId,
            @Wire(unsigned = 64) long value,
            @Wire(value = "out_index", unsigned = 32) long outIndex) {}

    /** A transaction. */
    public record Tx(
            int version,
            @Wire(value = "lock_time", unsigned = 32) long lockTime,
            @Wire("tx_in") List<TxIn> txIn,
            @Wire("tx_out") List<TxOut> txOut) {}

    /** Where an input comes from. */
    public record OutPoint(
            ByteSlice hash, @Wire(unsigned = 32) long index) {}

    /** An input. */
    public record TxIn(
            OutPoint outpoint,
            @Wire("signature_script") ByteSlice signatureScript,
            @Wire("tx_witness") List<ByteSlice> txWitness,
            @Wire(unsigned = 32) long sequence) {}

    /** An output, its value in satoshis. */
    public record TxOut(long value, @Wire("pk_script") ByteSlice pkScript) {}
}
