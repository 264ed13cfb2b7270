-- Who answered, now that policies may live on servers of others.
ALTER TABLE "inferences" ADD COLUMN "origin" text;
--> statement-breakpoint
-- Where the pictures of all cameras lie in the object of image_key, where there is more than one.
ALTER TABLE "inferences" ADD COLUMN "image_cameras" jsonb;
