package ordersink;

/** The order; the names are those of the columns, and so of the JSON. */
public record Payload(
    String order_id, String user_id, String product_id, int qty, int unit_price, int total_price) {}
